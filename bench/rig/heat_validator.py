"""Runs under an interpreter that has `openstack-heat`, not under ours: reads and checks the template in the file argv[1].

Writes Heat's version first, then, for each line it reads, the seconds that it took, and those of processor time. Start-up and imports are not counted.
"""

import gc
import sys
import time
from importlib.metadata import version

from heat.common import context, template_format
from heat.engine import environment, resources, stack, template
from oslo_config import cfg

resources.initialise()
cfg.CONF.set_override("max_template_size", 1 << 26)
cfg.CONF.set_override("max_resources_per_stack", -1)
with open(sys.argv[1]) as file:
    text = file.read()
print(version("openstack-heat"), flush=True)
for _ in sys.stdin:
    gc.collect()
    start, used = time.perf_counter(), time.process_time()
    made = stack.Stack(context.RequestContext(project_id="t", is_admin=False), "bench",
                       template.Template(template_format.parse(text), env=environment.Environment()))
    made.validate()
    print(time.perf_counter() - start, time.process_time() - used, flush=True)
    del made
