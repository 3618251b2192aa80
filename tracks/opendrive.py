"""Roads of lines and arcs as OpenDRIVE text. Standard library only; the same calls give the same bytes."""

import math


def num(x):
    """A number without noise: at most 9 decimals, no trailing zeros, no minus zero."""
    text = f"{x:.9f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def attrs(**kw):
    return " ".join(f'{k}="{v if isinstance(v, str) else num(v)}"' for k, v in kw.items())


def wrap(a):
    return (a + math.pi) % (2 * math.pi) - math.pi


def ahead(pose, ds, k=0.0):
    """The pose a way on along a line or an arc of curvature k."""
    x, y, h = pose
    if k == 0.0:
        return (x + ds * math.cos(h), y + ds * math.sin(h), h)
    a = k * ds
    chord = 2.0 * math.sin(a / 2) / k
    return (x + chord * math.cos(h + a / 2), y + chord * math.sin(h + a / 2), h + a)


def aside(pose, t):
    """The point t metres to the left of a pose."""
    x, y, h = pose
    return (x - t * math.sin(h), y + t * math.cos(h))


class Lane:
    """A lane: OpenDRIVE type, width (a number, or cubics by offset), mark of its outer side (a type, or types by offset)."""

    def __init__(self, kind="driving", width=3.5, mark="solid", links=True):
        self.kind, self.width, self.mark, self.links = kind, width, mark, links

    def widths(self):
        return self.width if isinstance(self.width, list) else [(0.0, self.width, 0.0, 0.0, 0.0)]

    def width_at(self, ds):
        s0, a, b, c, d = [w for w in self.widths() if w[0] <= ds + 1e-9][-1]
        u = ds - s0
        return a + u * (b + u * (c + u * d))


def marks(mark, colour="white"):
    kinds = mark if isinstance(mark, list) else [(0.0, mark)]
    return "".join(
        f"<roadMark {attrs(sOffset=s, type=k, weight='standard', color=colour, width=0.0 if k == 'none' else 0.15)}/>"
        for s, k in kinds
    )


class Section:
    """A lane section: lanes from the middle outward on both sides."""

    def __init__(self, s, left=(), right=(), centre="solid", colour="yellow"):
        self.s, self.left, self.right = s, list(left), list(right)
        self.centre, self.colour = centre, colour

    def lane(self, n):
        side = self.right if n < 0 else self.left
        return side[abs(n) - 1] if abs(n) <= len(side) else None


class Road:
    def __init__(self, number, name, start, parts, sections, kind="town", kmh=40.0, junction="-1"):
        self.number, self.name, self.junction = str(number), name, junction
        self.geometry, pose, s = [], start, 0.0
        for length, k in parts:
            self.geometry.append((s, pose, length, k))
            pose, s = ahead(pose, length, k), s + length
        self.length, self.end = s, pose
        self.sections = sections
        self.types = [(0.0, kind, kmh)]
        self.elevation = [(0.0, 0.0, 0.0, 0.0, 0.0)]
        self.lane_offset = []
        self.objects, self.signals = [], []
        # What each end is linked to: ("junction", number) or ("road", number, contact, {lane: lane}).
        self.before = self.after = None

    # Where.

    def pose(self, s):
        s0, pose, length, k = [g for g in self.geometry if g[0] <= s + 1e-9][-1]
        return ahead(pose, s - s0, k)

    def point(self, s, t):
        x, y = aside(self.pose(s), t)
        return (x, y)

    def section_at(self, s):
        return [x for x in self.sections if x.s <= s + 1e-9][-1]

    def border(self, s, n):
        """t of the outer border of lane n; 0 for n = 0."""
        section = self.section_at(min(s, self.length - 1e-6))
        t, sign = 0.0, (1 if n > 0 else -1)
        for i in range(1, abs(n) + 1):
            t += sign * section.lane(sign * i).width_at(s - section.s)
        return t

    def centre(self, s, n):
        inner = n - (1 if n > 0 else -1)
        return 0.5 * (self.border(s, n) + self.border(s, inner))

    def height(self, s):
        s0, a, b, c, d = [e for e in self.elevation if e[0] <= s + 1e-9][-1]
        u = s - s0
        return a + u * (b + u * (c + u * d))

    def lane_pose(self, s, n):
        """Pose in the middle of lane n, along its direction of travel."""
        x, y, h = self.pose(s)
        x, y = aside((x, y, h), self.centre(s, n))
        return (x, y, h if n < 0 else wrap(h + math.pi))

    # Heights.

    def profile(self, knots):
        """Straight slopes between knots (s, slope) joined by parabolas: knots are (from s, to s, slope after)."""
        out, z, slope, s = [], 0.0, 0.0, 0.0
        for begin, end, to in knots:
            out.append((s, z, slope, 0.0, 0.0))
            z += slope * (begin - s)
            c = (to - slope) / (2.0 * (end - begin))
            out.append((begin, z, slope, c, 0.0))
            z += slope * (end - begin) + c * (end - begin) ** 2
            s, slope = end, to
        out.append((s, z, slope, 0.0, 0.0))
        self.elevation = [e for i, e in enumerate(out) if i + 1 == len(out) or out[i + 1][0] > e[0] + 1e-9]
        return self

    # Things.

    def object(self, number, kind, s, t, length=None, width=None, height=None, name="", extra="", hdg=0.0, outline=None, local=None):
        size = {k: v for k, v in (("length", length), ("width", width), ("height", height)) if v is not None}
        inner = extra
        if outline:
            corners = "".join(f"<cornerRoad {attrs(s=a, t=b, dz=0.0)}/>" for a, b in outline)
            inner += f"<outline>{corners}</outline>"
        if local:
            inner += "<outline>" + "".join(f"<cornerLocal {attrs(u=u, v=v, z=0.0)}/>" for u, v in local) + "</outline>"
        head = attrs(id=number, type=kind, name=name, s=s, t=t, zOffset=0.0, hdg=hdg, **size)
        self.objects.append(f"<object {head}>{inner}</object>" if inner else f"<object {head}/>")
        return self

    def structure(self, what, number, s, length, name, kind="standard"):
        extra = {"lighting": 1.0, "daylight": 0.0} if what == "tunnel" else {}
        self.objects.append(f"<{what} {attrs(id=number, s=s, length=length, name=name, type=kind, **extra)}/>")
        return self

    def signal(self, number, s, t, facing, code, subcode="-1", name="", value=None, dynamic=False, lanes=None, z=2.2):
        kw = dict(id=number, name=name, s=s, t=t, zOffset=z, orientation=facing, dynamic="yes" if dynamic else "no")
        kw.update(country="OpenDRIVE", type=code, subtype=subcode)
        if value is not None:
            kw.update(value=value, unit="km/h")
        valid = "".join(f'<validity fromLane="{a}" toLane="{b}"/>' for a, b in lanes or [])
        self.signals.append(f"<signal {attrs(**kw)}>{valid}</signal>" if valid else f"<signal {attrs(**kw)}/>")
        return self

    # Text.

    def _link(self, name, to):
        if to is None:
            return ""
        if to[0] == "junction":
            return f'<{name} elementType="junction" elementId="{to[1]}"/>'
        return f'<{name} elementType="road" elementId="{to[1]}" contactPoint="{to[2]}"/>'

    def _next(self, i, n, step):
        """Lane that lane n of section i is joined to on that side, or None."""
        if 0 <= i + step < len(self.sections):
            there = self.sections[i + step].lane(n)
            return n if there is not None else None
        to = self.after if step > 0 else self.before
        return to[3].get(n) if to and to[0] == "road" else None

    def _lane(self, i, n, lane):
        link = ""
        for name, step in (("predecessor", -1), ("successor", 1)):
            other = self._next(i, n, step)
            link += f'<{name} id="{other}"/>' if other is not None else ""
        widths = "".join(f"<width {attrs(sOffset=s, a=a, b=b, c=c, d=d)}/>" for s, a, b, c, d in lane.widths())
        return f'<lane id="{n}" type="{lane.kind}" level="false"><link>{link}</link>{widths}{marks(lane.mark)}</lane>'

    def xml(self):
        out = [f"<road {attrs(name=self.name, length=self.length, id=self.number, junction=self.junction, rule='RHT')}>"]
        out.append(f"<link>{self._link('predecessor', self.before)}{self._link('successor', self.after)}</link>")
        for s, kind, kmh in self.types:
            out.append(f'<type s="{num(s)}" type="{kind}"><speed max="{num(kmh)}" unit="km/h"/></type>')
        out.append("<planView>")
        for s, (x, y, h), length, k in self.geometry:
            shape = "<line/>" if k == 0.0 else f'<arc curvature="{num(k)}"/>'
            out.append(f"<geometry {attrs(s=s, x=x, y=y, hdg=wrap(h), length=length)}>{shape}</geometry>")
        out.append("</planView>\n<elevationProfile>")
        out += [f"<elevation {attrs(s=s, a=a, b=b, c=c, d=d)}/>" for s, a, b, c, d in self.elevation]
        out.append("</elevationProfile>\n<lanes>")
        out += [f"<laneOffset {attrs(s=s, a=a, b=b, c=0.0, d=0.0)}/>" for s, a, b in self.lane_offset]
        for i, section in enumerate(self.sections):
            out.append(f'<laneSection s="{num(section.s)}">')
            if section.left:
                left = list(enumerate(section.left, 1))
                out += ["<left>"] + [self._lane(i, n, lane) for n, lane in reversed(left)] + ["</left>"]
            centre = marks(section.centre, section.colour)
            out.append(f'<center><lane id="0" type="none" level="false">{centre}</lane></center>')
            if section.right:
                out += ["<right>"] + [self._lane(i, -n, lane) for n, lane in enumerate(section.right, 1)] + ["</right>"]
            out.append("</laneSection>")
        out.append("</lanes>")
        for group, items in (("objects", self.objects), ("signals", self.signals)):
            if items:
                out += [f"<{group}>", *items, f"</{group}>"]
        out.append("</road>")
        return "\n".join(out)


def join(a, b):
    """Lines and arcs from pose a to pose b: line, arc, line; an S of two arcs; or line, half circle, line."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = dx * math.cos(a[2]) + dy * math.sin(a[2])
    left = -dx * math.sin(a[2]) + dy * math.cos(a[2])
    turn = wrap(b[2] - a[2])
    if abs(turn) < 1e-9:
        if abs(left) < 1e-9:
            return [(along, 0.0)]
        r = (along * along + left * left) / (4.0 * abs(left))
        angle = 2.0 * math.atan2(abs(left), along)
        k = math.copysign(1.0 / r, left)
        return [(r * angle, k), (r * angle, -k)]
    if abs(abs(turn) - math.pi) < 1e-9:
        parts = [(math.pi * abs(left) / 2.0, 2.0 / left)]
        return ([(along, 0.0)] if along > 1e-9 else []) + parts + ([(-along, 0.0)] if along < -1e-9 else [])
    # Where the two lines meet.
    to_end = left / math.sin(turn)
    to_begin = along - to_end * math.cos(turn)
    tangent = min(to_begin, to_end)
    assert tangent > 0.0, f"no way from {a} to {b}"
    r = tangent / math.tan(abs(turn) / 2.0)
    parts = [(to_begin - tangent, 0.0), (r * abs(turn), math.copysign(1.0 / r, turn)), (to_end - tangent, 0.0)]
    return [p for p in parts if p[0] > 1e-9]


class Map:
    def __init__(self, name):
        self.name, self.roads, self.junctions, self.groups, self.number = name, {}, {}, [], 1000

    def add(self, road):
        assert road.number not in self.roads
        self.roads[road.number] = road
        return road

    def link(self, a, a_end, b, b_end, lanes):
        """Joins two roads' ends; lanes of the first to lanes of the second."""
        back = {v: k for k, v in lanes.items()}
        for road, end, other, other_end, pairs in ((a, a_end, b, b_end, lanes), (b, b_end, a, a_end, back)):
            to = ("road", other.number, other_end, pairs)
            if end == "end":
                road.after = to
            else:
                road.before = to

    def touch(self, junction, *arms):
        for road, end in arms:
            if end == "end":
                road.after = ("junction", junction)
            else:
                road.before = ("junction", junction)
        self.junctions.setdefault(junction, [])

    def connect(self, junction, came, lane, goes, to_lane, kmh=None, wider=0.0, straight=0.0):
        """A connecting road from a lane of one arm (road, end) to a lane of another, wider by that in its middle half, and with so much of a
        straight line at either end."""
        (a, a_end), (b, b_end) = came, goes
        sa, sb = (a.length if a_end == "end" else 0.0), (b.length if b_end == "end" else 0.0)
        pa, pb = a.lane_pose(sa, lane), b.lane_pose(sb, to_lane)
        wa = a.section_at(min(sa, a.length - 1e-6)).lane(lane)
        wb = b.section_at(min(sb, b.length - 1e-6)).lane(to_lane)
        wa = wa.width_at(sa - a.section_at(min(sa, a.length - 1e-6)).s)
        wb = wb.width_at(sb - b.section_at(min(sb, b.length - 1e-6)).s)
        parts = join(ahead(pa, straight), ahead(pb, -straight))
        if straight:
            parts = [(straight, 0.0), *parts, (straight, 0.0)]
        length = sum(p[0] for p in parts)
        slope = (wb - wa) / length
        widths = [(0.0, wa, slope, 0.0, 0.0)]
        if wider:
            q, up = length / 4.0, 4.0 * wider / length
            widths = [(0.0, wa, up, 0.0, 0.0), (q, wa + wider, 0.0, 0.0, 0.0), (3 * q, wa + wider, -up, 0.0, 0.0)]
        kind, limit = [(k, v) for s, k, v in a.types if s <= sa + 1e-9][-1]
        self.number += 1
        road = Road(
            self.number, "", pa, parts,
            [Section(0.0, right=[Lane("driving", widths, "none")], centre="none")],
            kind, kmh or limit, junction,
        )
        road.lane_offset = [(s, a / 2.0, b / 2.0) for s, a, b, _, _ in widths]
        za, zb = a.height(sa), b.height(sb)
        assert abs(za - zb) < 1e-6, f"junction {junction}: arms at {za} and {zb} m"
        road.elevation = [(0.0, za, 0.0, 0.0, 0.0)]
        road.before = ("road", a.number, a_end, {-1: lane})
        road.after = ("road", b.number, b_end, {-1: to_lane})
        self.add(road)
        self.junctions[junction].append(
            f'<connection {attrs(id=str(len(self.junctions[junction])), incomingRoad=a.number, connectingRoad=road.number, contactPoint="start")}>'
            f'<laneLink from="{lane}" to="-1"/></connection>'
        )
        return road

    def direct(self, junction, a, b, b_end, lanes):
        """Of a direct junction: lanes of one road that go on in another."""
        pairs = "".join(f'<laneLink from="{x}" to="{y}"/>' for x, y in lanes)
        n = str(len(self.junctions[junction]))
        self.junctions[junction].append(
            f'<connection {attrs(id=n, incomingRoad=a.number, linkedRoad=b.number, contactPoint=b_end)}>{pairs}</connection>'
        )

    def xml(self):
        out = ['<?xml version="1.0" encoding="UTF-8"?>', "<OpenDRIVE>"]
        out.append(f'<header revMajor="1" revMinor="7" name="{self.name}" version="1"/>')
        out += [r.xml() for r in self.roads.values()]
        direct = {j for j, c in self.junctions.items() if c and "linkedRoad" in c[0]}
        for j, connections in self.junctions.items():
            kind = "direct" if j in direct else "default"
            out += [f'<junction id="{j}" name="{j}" type="{kind}">', *connections, "</junction>"]
        for number, members in self.groups:
            refs = "".join(f'<junctionReference junction="{m}"/>' for m in members)
            out.append(f'<junctionGroup id="{number}" name="{number}" type="roundabout">{refs}</junctionGroup>')
        out.append("</OpenDRIVE>\n")
        return "\n".join(out)
