"""1,000 independent resources in one stack: from POST to CREATE_COMPLETE as a client sees it.

    .venv/bin/python bench/flat.py [1000]
"""

from rig.client import flat, measure

measure("flat", flat, 1000)
