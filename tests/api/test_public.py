"""What answers before anybody is authenticated."""

from api_client import Client


def test_root_lists_versions(client: Client) -> None:
    answer = client("GET", client.url + "/")
    assert answer.status == 300
    version, = answer.json["versions"]
    assert version == {"id": "v1.0", "status": "CURRENT", "links": [{"rel": "self", "href": client.url + "/v1/"}]}


def test_version_itself(client: Client) -> None:
    assert client("GET", client.url + "/v1").status == 200
    assert client("GET", client.url + "/v1/").status == 200


def test_health(client: Client) -> None:
    answer = client("GET", client.url + "/healthcheck")
    assert (answer.status, answer.text) == (200, "OK")


def test_every_answer_has_a_request_id(client: Client) -> None:
    ids = {client("GET", client.url + path).headers["X-Openstack-Request-Id"] for path in ("/", "/healthcheck", "/nowhere")}
    assert len(ids) == 3
    assert all(id_.startswith("req-") for id_ in ids)


def test_unknown_url_says_so_in_json(client: Client) -> None:
    answer = client("GET", "/nosuch")
    assert answer.status == 404
    assert answer.json["error"]["type"] == "HTTPNotFound"
    assert "/nosuch" in answer.json["error"]["message"]
