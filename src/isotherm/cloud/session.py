"""The one session that all requests share: connections are pooled, cookies and proxies are not looked for in vain."""

from http.cookiejar import DefaultCookiePolicy
from urllib.request import getproxies_environment

import requests
from keystoneauth1.session import Session, TCPKeepAliveAdapter

from isotherm.config import CloudAccess

HOSTS = 32  # pools kept: one a host and scheme


def make_session(access: CloudAccess) -> Session:
    """A keystoneauth session without a user: each request brings its own."""
    transport = requests.Session()
    adapter = TCPKeepAliveAdapter(pool_connections=HOSTS, pool_maxsize=max(32, access.max_in_flight))
    transport.mount("http://", adapter)
    transport.mount("https://", adapter)
    # A cookie set for one project must not travel with another's request.
    transport.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # Looking for proxies and .netrc costs more than a small request itself; only proxies are wanted.
    transport.trust_env = bool(getproxies_environment())
    cert = (access.cert_file, access.key_file) if access.key_file else access.cert_file or None
    return Session(
        session=transport,
        verify=False if access.insecure else access.ca_file or True,
        cert=cert,
        timeout=access.timeout_seconds,
        app_name="isotherm",
        redirect=5,
    )
