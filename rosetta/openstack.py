"""Configuration of OpenStack clients for a token: an openrc file or a clouds.yaml."""

import shlex

from rosetta.answers import Token
from rosetta.texts import quoted

DOMAIN = "Default"
CLOUD = "rosetta"
HEADING = "# {name}: written by `rosetta token create`. It contains a secret: do not share it.\n"


def openrc(url: str, token: Token, secret: str) -> str:
    """An openrc file: shell commands that export the variables."""
    variables = {
        "OS_AUTH_URL": _auth_url(url),
        "OS_USERNAME": token.user,
        "OS_PASSWORD": secret,
        "OS_PROJECT_NAME": token.tenant,
        "OS_USER_DOMAIN_NAME": DOMAIN,
        "OS_PROJECT_DOMAIN_NAME": DOMAIN,
        "OS_IDENTITY_API_VERSION": "3",
    }
    lines = (f"export {name}={shlex.quote(value)}\n" for name, value in variables.items() if value is not None)
    return HEADING.format(name="openrc") + "".join(lines)


def clouds_yaml(url: str, token: Token, secret: str) -> str:
    """A clouds.yaml with one cloud, `rosetta`."""
    facts = {
        "auth_url": _auth_url(url),
        "username": token.user,
        "password": secret,
        "project_name": token.tenant,
        "user_domain_name": DOMAIN,
        "project_domain_name": DOMAIN,
    }
    lines = (f"      {name}: {quoted(value)}\n" for name, value in facts.items() if value is not None)
    versions = '    identity_api_version: "3"\n'
    head = f"clouds:\n  {CLOUD}:\n    auth_type: password\n    auth:\n"
    return HEADING.format(name="clouds.yaml") + head + "".join(lines) + versions


def _auth_url(url: str) -> str:
    return f"{url}/identity/v3"
