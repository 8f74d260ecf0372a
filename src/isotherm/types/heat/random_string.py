"""OS::Heat::RandomString"""
