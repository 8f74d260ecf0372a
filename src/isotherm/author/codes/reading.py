"""Codes of texts that cannot be read, or are not what they should be as a whole."""

from isotherm.author.codes.code import ERROR, WARNING, Code, Example, hot

READING = (
    Code("not-yaml", ERROR, "The text is neither YAML nor JSON.", "Look at the place named; often it is the indentation, or a colon or quote just before.",
         hot("resources: [")),
    Code("not-unicode", ERROR, "The text is not UTF-8, or holds half a character.", "Save the file as UTF-8.", hot('description: "a\ud800"')),
    Code("several-documents", ERROR, "The text holds several YAML documents.", "Keep one; a line `---` begins another.", hot("---\na: 1")),
    Code("unknown-tag", ERROR, "A YAML tag asks for an object that a template cannot hold.", "Write the value without the tag.",
         hot("description: !python/name:os.system x")),
    Code("bad-alias", ERROR, "A YAML alias names no anchor, or an element that holds it.", "Put the anchor before the alias, and outside of it.",
         hot("description: *nowhere")),
    Code("bad-key", ERROR, "A map or list is the key of a map.", "Keys are strings; quote a key that begins with a bracket or brace.", hot("? [a]\n: 1")),
    Code("bad-merge", ERROR, "`<<` is given something that is no map.", "Merge a map, or a list of maps.", hot("<<: 3")),
    Code("duplicate-key", WARNING, "A key stands several times in one map, and all but the last are passed over.",
         "Keep one of them; of two resources, rename one.", hot("resources:\n  r: {type: OS::Heat::None}\n  r: {type: OS::Heat::RandomString}")),
    Code("not-a-map", ERROR, "The text is not a map of sections.",
         "A template begins with its version and has sections such as `resources`.", Example("- 1\n")),
    Code("unknown-version", ERROR, "The version of the language is missing, unknown, or given more than once.",
         "Begin with `heat_template_version: 2021-04-16`.", hot("", version="2021-04-17")),
    Code("template-too-large", ERROR, "The text has more bytes than are read.", "Move parts into nested templates, or scripts into files."),
    Code("too-deep", ERROR, "Maps and lists are nested deeper than the limit.", "Move inner parts into nested templates."),
    Code("too-many-elements", ERROR, "The text grows beyond the limit when its aliases are expanded.", "Use fewer aliases within aliases."),
    Code("unknown-section", ERROR, "The version has no such section.",
         "Use a section that it has; conditions, for instance, came with 2016-10-14.", hot("resource: {}")),
    Code("bad-section", ERROR, "A section is not of the form it must have.", "Most sections are maps from a name to its description.", hot("resources: [a]")),
    Code("bad-environment", ERROR, "An environment does not have the form that environments have.",
         "Its sections are parameters, parameter_defaults, resource_registry and a few more.", hot("", environment="parameter: {}\n")),
    Code("bad-parameter-merge", ERROR, "Values of several environments cannot be merged the way their strategy asks.",
         "Merge lists with lists and maps with maps, or leave the strategy at `overwrite`."),
    Code("conflicting-merge-strategies", ERROR, "Environments want to merge one parameter in different ways.", "Give the parameter one strategy."),
)
