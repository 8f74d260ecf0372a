"""A chain of resources, each made from the one before: from POST to CREATE_COMPLETE as a client sees it.

    .venv/bin/python bench/chain.py [200]
"""

from rig.client import chain, measure

measure("chain", chain, 200)
