"""What configuration files written for Heat hold beyond the options that Isotherm reads: told apart from mistakes.

Options that are read from Heat's place (`was` in `isotherm.config`) do not stand here.
"""

from collections.abc import Mapping


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Whole sections of Heat and of the libraries it is configured with.
SECTIONS = words("""
    auth_password cache cors ec2authtoken healthcheck noauth oslo_concurrency oslo_messaging_amqp
    oslo_messaging_kafka oslo_messaging_notifications oslo_messaging_rabbit oslo_middleware oslo_middleware_tracing oslo_policy oslo_reports
    oslo_versionedobjects paste_deploy profiler profiler_jaeger profiler_otlp resource_finder_cache revision service_extension_cache
    ssl trustee volumes heat_api heat_api_cfn heat_api_cloudwatch
""")
PREFIXES = ("clients_",)

# Options of Heat and its libraries in sections that have options of Isotherm as well.
OPTIONS: Mapping[str, frozenset[str]] = {
    "constraint_validation_cache": frozenset({"caching"}),
    "DEFAULT": words("""
        allow_trusts_redelegation auth_encryption_key cloud_backend convergence_engine default_deployment_signal_transport
        default_notification_level default_publisher_id default_software_config_transport default_user_data_format enable_stack_abandon
        enable_stack_adopt encrypt_parameters_and_properties engine_life_check_timeout error_wait_time event_purge_batch_size
        heat_metadata_server_url heat_stack_user_role heat_waitcondition_server_url hidden_stack_tags host
        instance_connection_https_validate_certificates instance_connection_is_secure keystone_backend loadbalancer_template
        max_cinder_api_microversion max_interface_check_attempts max_ironic_api_microversion max_nova_api_microversion
        max_server_name_length max_snapshots_per_stack max_software_deployments_per_tenant metadata_put_timeout num_engine_workers
        observe_on_update plugin_dirs reauthentication_auth_method region_name_for_shared_services server_keystone_endpoint_type
        shared_services_types stack_domain_admin stack_domain_admin_password stack_scheduler_hints stack_user_domain_id
        stack_user_domain_name
        backdoor_port backdoor_socket control_exchange debug default_log_levels executor_thread_pool_size fatal_deprecations
        graceful_shutdown_timeout instance_format instance_uuid_format log_color log_config log_config_append log_date_format log_dir
        log_file log_format log_options log_rotate_interval log_rotate_interval_type log_rotation_type logdir logfile
        logging_context_format_string logging_debug_format_suffix logging_default_format_string logging_exception_prefix
        logging_user_identity_format max_logfile_count max_logfile_size_mb publish_errors rate_limit_burst rate_limit_except_level
        rate_limit_interval rpc_backend rpc_ping_enabled rpc_response_timeout syslog_log_facility transport_url use_journal use_json
        use_stderr use_syslog verbose watch_log_file
    """),
    "database": words("""
        asyncio_connection asyncio_slave_connection backend connection connection_debug connection_parameters connection_recycle_time
        connection_trace db_inc_retry_interval db_max_retries db_max_retry_interval db_retry_interval idle_timeout max_overflow
        max_pool_size max_retries min_pool_size mysql_enable_ndb mysql_sql_mode mysql_wsrep_sync_wait pool_timeout retry_interval
        slave_connection sqlite_synchronous synchronous_reader use_db_reconnect
    """),
    "keystone_authtoken": words("""
        admin_password admin_tenant_name admin_token admin_user auth_admin_prefix auth_host auth_plugin auth_port auth_protocol auth_section
        auth_type auth_uri auth_version cache cafile certfile collect_timing default_domain_id default_domain_name delay_auth_decision
        domain_id domain_name enforce_token_bind hash_algorithms http_connect_timeout http_request_max_retries identity_uri
        include_service_catalog insecure interface keyfile memcache_password memcache_pool_conn_get_timeout memcache_pool_dead_retry
        memcache_pool_maxsize memcache_pool_socket_timeout memcache_pool_unused_timeout memcache_sasl_enabled memcache_secret_key
        memcache_security_strategy memcache_tls_allowed_ciphers memcache_tls_cafile memcache_tls_certfile memcache_tls_enabled
        memcache_tls_keyfile memcache_use_advanced_pool memcache_username project_domain_id project_id region_name service_token_roles
        service_token_roles_required service_type signing_dir split_loggers system_scope tenant_id tenant_name timeout trust_id
        user_domain_id user_id
    """),
}

# What means the same here under another name, and is not read from Heat's place because its values differ.
ELSEWHERE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("DEFAULT", "auth_encryption_key"): ("secrets", "keys"),
    ("DEFAULT", "num_engine_workers"): ("engine", "workers"),
    ("database", "connection"): ("database", "url"),
    ("heat_api", "bind_host"): ("api", "host"),
    ("heat_api", "bind_port"): ("api", "port"),
    ("keystone_authtoken", "cafile"): ("cloud", "ca_file"),
    ("keystone_authtoken", "certfile"): ("cloud", "cert_file"),
    ("keystone_authtoken", "insecure"): ("cloud", "insecure"),
    ("keystone_authtoken", "interface"): ("cloud", "interface"),
    ("keystone_authtoken", "keyfile"): ("cloud", "key_file"),
    ("keystone_authtoken", "project_domain_id"): ("keystone_authtoken", "project_domain_name"),
    ("keystone_authtoken", "region_name"): ("cloud", "region_name"),
    ("keystone_authtoken", "user_domain_id"): ("keystone_authtoken", "user_domain_name"),
    ("oslo_policy", "policy_file"): ("api", "policy_file"),
}


def is_heats(section: str, name: str) -> bool:
    """Whether a file written for Heat may have this option, which does nothing here."""
    plain = name.replace("-", "_")
    return section in SECTIONS or section.startswith(PREFIXES) or plain in OPTIONS.get(section, ())
