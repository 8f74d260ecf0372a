"""What needs what."""

from collections.abc import Iterable, Iterator, Mapping


def cycle(requires: Mapping[str, Iterable[str]]) -> list[str]:
    """Names that need each other in a circle, the first repeated at the end; [] when there is none."""
    return next(iter(cycles(requires)), [])


def cycles(requires: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Circles of names that need each other, none of which shares a name with another; the first name is repeated at the end."""
    done: set[str] = set()
    told: set[str] = set()
    for start in requires:
        if start in done:
            continue
        trail: list[str] = [start]
        on_trail = {start}
        pending = [iter(requires[start])]
        while trail:
            following = next((name for name in pending[-1] if name not in done and name in requires), None)
            if following is None:
                done.add(trail[-1])
                on_trail.discard(trail.pop())
                pending.pop()
            elif following in on_trail:
                loop = trail[trail.index(following):]
                if told.isdisjoint(loop):
                    told.update(loop)
                    yield [*loop, following]
            else:
                trail.append(following)
                on_trail.add(following)
                pending.append(iter(requires[following]))


def order(requires: Mapping[str, Iterable[str]]) -> list[str]:
    """The names, each after those it needs. There must be no cycle."""
    made: list[str] = []
    seen: set[str] = set()
    for start in requires:
        pending = [(start, iter(requires[start]))] if start not in seen else []
        seen.add(start)
        while pending:
            name, rest = pending[-1]
            following = next((other for other in rest if other not in seen and other in requires), None)
            if following is None:
                made.append(name)
                pending.pop()
            else:
                seen.add(following)
                pending.append((following, iter(requires[following])))
    return made
