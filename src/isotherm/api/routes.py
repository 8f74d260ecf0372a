"""Every URL of the API v1: method, path below /v1/{project}, policy rule, handler."""

from isotherm.api.dispatch import Route
from isotherm.api.handlers import (
    build_info,
    definitions,
    descriptions,
    events,
    lookup,
    outputs,
    previews,
    resource_types,
    resources,
    services,
    signals,
    software_configs,
    stack_list,
    stacks,
    template_versions,
    validation,
)

NAMED = "/stacks/{stack_name}"
STACK = "/stacks/{stack_name}/{stack_id}"
RESOURCE = STACK + "/resources/{resource_name}"

LOOKUPS = (
    *(Route(method, NAMED, "stacks:lookup", lookup.stack) for method in ("GET", "POST", "PUT", "PATCH", "DELETE")),
    *(Route("GET", f"{NAMED}/{part}", "stacks:lookup", lookup.below(part))
      for part in ("resources", "events", "template", "actions", "environment", "files")),
    *(Route("POST", f"{NAMED}/{part}", "stacks:lookup", lookup.below(part))
      for part in ("resources", "events", "template", "actions")),
)

ROUTES = (
    Route("GET", "/build_info", "build_info:build_info", build_info.show),
    Route("GET", "/services", "service:index", services.index),
    Route("GET", "/resource_types", "stacks:list_resource_types", resource_types.index),
    Route("GET", "/resource_types/{type_name}", "stacks:resource_schema", resource_types.show),
    Route("GET", "/resource_types/{type_name}/template", "stacks:generate_template", resource_types.template),
    Route("GET", "/template_versions", "stacks:list_template_versions", template_versions.index),
    Route("GET", "/template_versions/{template_version}/functions", "stacks:list_template_functions", template_versions.functions),
    Route("GET", "/software_configs", "software_configs:index", software_configs.index),
    Route("POST", "/software_configs", "software_configs:create", software_configs.create),
    Route("GET", "/software_configs/{config_id}", "software_configs:show", software_configs.show),
    Route("DELETE", "/software_configs/{config_id}", "software_configs:delete", software_configs.delete),
    Route("POST", "/validate", "stacks:validate_template", validation.validate),
    Route("POST", "/describe_template", "stacks:validate_template", descriptions.describe),
    Route("GET", "/stacks", "stacks:index", stack_list.index),
    Route("POST", "/stacks", "stacks:create", stacks.create),
    Route("GET", "/stacks/detail", "stacks:detail", stack_list.detail),
    Route("POST", "/stacks/preview", "stacks:preview", previews.create),
    *LOOKUPS,
    Route("PUT", STACK + "/preview", "stacks:preview_update", previews.update),
    Route("PATCH", STACK + "/preview", "stacks:preview_update_patch", previews.update_patch),
    Route("GET", STACK, "stacks:show", stacks.show),
    Route("PUT", STACK, "stacks:update", stacks.update),
    Route("PATCH", STACK, stacks.patch_rule, stacks.update_patch),
    Route("DELETE", STACK, "stacks:delete", stacks.delete),
    Route("GET", STACK + "/template", "stacks:template", definitions.template),
    Route("GET", STACK + "/environment", "stacks:environment", definitions.environment),
    Route("GET", STACK + "/files", "stacks:files", definitions.files),
    Route("GET", STACK + "/outputs", "stacks:list_outputs", outputs.index),
    Route("GET", STACK + "/outputs/{output_key}", "stacks:show_output", outputs.show),
    Route("GET", STACK + "/events", "events:index", events.index),
    Route("GET", STACK + "/resources", "resource:index", resources.index),
    Route("GET", RESOURCE, "resource:show", resources.show),
    Route("GET", RESOURCE + "/metadata", "resource:metadata", resources.metadata),
    Route("POST", RESOURCE + "/signal", "resource:signal", signals.signal),
    Route("GET", RESOURCE + "/events", "events:index", events.of_resource),
    Route("GET", RESOURCE + "/events/{event_id}", "events:show", events.show),
)

# An ARN holds slashes, escaped or not: once decoded it cannot be told apart by the parts of its path.
ARNS = Route("*", "/stacks/(?P<stack_name>arn:.+)$", "stacks:lookup", lookup.arn)
