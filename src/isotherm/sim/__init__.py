'''A simulated OpenStack cloud that speaks real HTTP.

Start one with `isotherm.sim.server.SimServer(port=0).start()`; it returns the base URL, the identity service is at
/identity below it. Nothing here imports the rest of isotherm.

How it is built
---------------
`services.SERVICES` lists the services; each is a sub-package whose `__init__` defines `SERVICE`:

    SERVICE = Service(
        name="network", prefix="/network", shape=errors.neutron, seed=seed.make, effects={"network.x": x}, routes=(
            Route("GET", "/", versions, policy=PUBLIC),
            *table("/v2.0", networks.ROUTES),
        ))

Routes are rows in the module of their family, `(method, path, handler[, status[, policy]])`:

    ROUTES = [
        ("GET", "/networks", list_networks),
        ("POST", "/networks", create_network, 201),
        ("DELETE", "/networks/{network_id}", delete_network, 204),
        ("GET", "/agents", list_agents, 200, ADMIN),
    ]

A handler gets the Call and the path's variables by name. It returns a JSON value, None (no body), or an
`Answer(status, body, headers)`. Policies: PUBLIC, ANY (any token), MEMBER (default: reader reads, member changes),
ADMIN. Finer rules: `call.ctx.is_admin`, `call.ctx.roles`, `call.ctx.project_id`, `call.ctx.sees(body)`.

    def show_network(call: Call, network_id: str) -> Body:
        network = call.cloud.get("network", network_id)
        if network is None or not (call.ctx.sees(network) or network["shared"]):
            raise NotFound(f"Network {network_id} could not be found.", "NetworkNotFound")
        return {"network": public(network)}

`call.json` is the parsed body ({} without one), `call.part("network")` the object in it (400 without), `call.query` a
dict, `call.pairs` all pairs of the query, `call.headers` (lower case), `call.microversion` a tuple, `call.url` the
service's URL, `call.raw` the body's bytes.

Objects
-------
An object is a dict with "id" in the shape the API answers; keys with a leading underscore are the simulator's and are
stripped by `public(body)`. Put `project_id` (and `tenant_id` where the API has it) into every object of a project.

    cloud.add(kind, body)                 keep a new one        new_id() / new_hex(), cloud.stamp() for the time
    cloud.get(kind, id)                   itself or None        change it in place, then cloud.save(kind, body)
    cloud.update(kind, body, name="x")    set fields and save
    cloud.where(kind, device_id=x)        list; cheap by project_id and the fields in cloud.INDEXED (add yours there)
    cloud.first(kind, name="x")           one or None
    cloud.remove(kind, id)

All is written to disk in one transaction when the handler ends, also when it raises: check first, change then.

Kinds, readable by every service: domain project user role assignment group service endpoint region trust token
app_credential | server flavor keypair server_group volume_attachment | image image_data | network subnet subnetpool
port router floatingip port_forwarding security_group security_group_rule address_scope qos_policy agent rbac_policy
segment trunk metering_label metering_label_rule | volume snapshot backup volume_type volume_qos | quota meta.

Errors: raise BadRequest, Forbidden, NotFound, Conflict, OverLimit or `ApiError(message, kind, status=...)` from
`errors`; the service's `shape` renders them. `kind` is Neutron's error type ("NetworkInUse").

Time: `cloud.later("volume", body, {"status": "available"}, fail={"status": "error"})` sets the fields after the delay
of that kind; `effect="volume.deleted"` runs a function (cloud, body) named in the service's `effects`; `remove=True`
then removes the object; `cloud.cancel(kind, body)` forgets what is scheduled. Everything due is settled before each
request, in order of time. `fail` is what a fault rule "volume creating error 10%" puts in its place.

Quotas: `quotas.exceeded(cloud, "network", project_id, "port", total)`; `quotas.limit`, `set_limits`, `reset`.
Lists: `listing.order`, `listing.page`, `listing.next_url`.

Between services: functions, not HTTP. Compute calls `network` to make, bind and delete ports, and `volume` to attach
and detach; a service that is called offers plain functions that take the Cloud first and raise its own ApiErrors:

    network/ports.py     make(cloud, project_id, asked) -> port    as POST /ports with that body, quota included
                         change(cloud, port, changes)              as PUT /ports, binding fields allowed
                         drop(cloud, port)                         no question asked who owns it; frees addresses, floating IPs
    network/security.py  default_group(cloud, project_id) -> security_group    the project's, made when missing
    volume/volumes.py    make(cloud, project_id, user_id, asked) -> volume     as POST /volumes with that body
                         drop(cloud, volume)                       delete asynchronously

What servers and volumes share, the kind volume_attachment, is in `attaching` (reserve, attach, detach): block storage's
/attachments works with the same rows, and a volume's status and "attachments" follow from them.
'''
