"""Roads of the reference field and what stands on them. Metres, x east, y north, z up."""

import math

from opendrive import Lane, Map, Road, Section, join, num

EAST, NORTH, WEST, SOUTH = 0.0, math.pi / 2, math.pi, -math.pi / 2
QUARTER = math.pi / 2
# The ring: corners of its middle line, and their radius.
LEFT, RIGHT, BOTTOM, BEND = -620.0, 720.0, -360.0, 60.0
DECK = 5.5  # height of the bridge and of the junction of the ramps

field = Map("reference-field")


def two_by_two(s=0.0, inner="broken", walks=False, extra=None):
    """Two lanes each way of 3.5 m with a median of 4 m; lanes ±2 inner, ±3 outer."""
    def side(further=None):
        outer = Lane(mark="broken" if further else "solid")
        walk = [Lane("sidewalk", 2.5, "none")] if walks else []
        return [Lane("median", 2.0, "solid"), Lane(mark=inner), outer, *([further] if further else []), *walk]

    return Section(s, left=side(), right=side(extra), centre="none")


def street(centre="broken"):
    """One lane each way of 3.5 m with footways."""
    def side():
        return [Lane(), Lane("sidewalk", 2.0, "none")]

    return Section(0.0, left=side(), right=side(), centre=centre)


def line_near_ends(length, before=30.0, after=30.0, middle="broken"):
    return [(0.0, "solid"), (before, middle), (length - after, "solid")]


# Roads. Numbers: 10 ring, 20 avenue and streets of the north, 24 and 25 yard, 30 ramps, 40 Central Street, 50 roundabout.

corner = (BEND * QUARTER, 1.0 / BEND)
sides = 2 * corner[0] + (-BEND - (BOTTOM + BEND))
west_line, south_line = -268.0 - (LEFT + BEND), -220.0 - (LEFT + BEND)
down = (-BEND - (BOTTOM + BEND), 0.0)
ring_w = field.add(
    Road("10", "Ring West", (-268.0, 0.0, WEST), [(west_line, 0.0), corner, down, corner, (south_line, 0.0)], [], kmh=60.0)
)


def ring_w_south(x):
    """s on Ring West at x of its southern straight, eastbound."""
    return west_line + sides + (x - (LEFT + BEND))


TUNNEL = (ring_w_south(-500.0), ring_w_south(-380.0))
EXIT = ring_w_south(-330.0)
in_tunnel = [(0.0, "broken"), (TUNNEL[0] - 20.0, "solid"), (TUNNEL[1] + 10.0, "broken")]
taper = 40.0
widen = [(0.0, 0.0, 0.0, 3 * 3.5 / taper**2, -2 * 3.5 / taper**3), (taper, 3.5, 0.0, 0.0, 0.0)]
ring_w.sections = [two_by_two(0.0, in_tunnel), two_by_two(EXIT, extra=Lane("exit", widen))]
ring_w.structure("tunnel", "tunnel-1", TUNNEL[0], TUNNEL[1] - TUNNEL[0], "Tunnel")

ring_m = field.add(Road("11", "Ring South", (-220.0, BOTTOM, EAST), [(440.0, 0.0)], [two_by_two()], kmh=60.0))

east_south, east_line = RIGHT - BEND - 220.0, RIGHT - BEND - 268.0
ring_e = field.add(
    Road("12", "Ring East", (220.0, BOTTOM, EAST), [(east_south, 0.0), corner, down, corner, (east_line, 0.0)], [], kmh=60.0)
)
ENTRY = 150.0  # length of the acceleration lane
narrow = [(0.0, 3.5, 0.0, 0.0, 0.0), (ENTRY - taper, 3.5, 0.0, -3 * 3.5 / taper**2, 2 * 3.5 / taper**3)]
MOTORWAY = (160.0, east_south)


def ring_e_avenue(x):
    """s on Ring East at x of its part on the avenue, westbound."""
    return east_south + sides + (RIGHT - BEND - x)


def third_lane(s):
    """Two lanes each way and a third one eastbound."""
    return Section(s, left=[Lane("median", 2.0, "solid"), Lane(mark="broken"), Lane(mark="broken"), Lane("driving", widening, "solid")],
                   right=two_by_two().right, centre="none")


# The third lane opens from its left side eastbound, which is the end of the section.
THIRD = (ring_e_avenue(610.0), ring_e_avenue(320.0))
third = THIRD[1] - THIRD[0]
widening = [
    (0.0, 0.0, 0.0, 3 * 3.5 / taper**2, -2 * 3.5 / taper**3), (taper, 3.5, 0.0, 0.0, 0.0),
    (third - taper, 3.5, 0.0, -3 * 3.5 / taper**2, 2 * 3.5 / taper**3),
]
# On the motorway a hard shoulder, beside which an emergency bay is marked off by a broken line.
shoulder = Section(MOTORWAY[0], left=two_by_two().left, right=[
    Lane("median", 2.0, "solid"), Lane(mark="broken"),
    Lane(mark=[(0.0, "solid"), (60.0, "broken"), (110.0, "solid")]), Lane("stop", 3.0, "solid"),
], centre="none")
ring_e.sections = [
    two_by_two(0.0, extra=Lane("entry", narrow)), two_by_two(ENTRY), shoulder, two_by_two(MOTORWAY[1]),
    third_lane(THIRD[0]), two_by_two(THIRD[1]),
]
ring_e.types = [(0.0, "town", 60.0), (MOTORWAY[0], "motorway", 80.0), (MOTORWAY[1], "town", 60.0)]


def ring_e_east(y):
    """s on Ring East at y of its eastern straight, northbound."""
    return east_south + corner[0] + (y - (BOTTOM + BEND))


def ring_w_west(y):
    """s on Ring West at y of its western straight, southbound."""
    return west_line + corner[0] + (-BEND - y)


near = line_near_ends(214.0, 40.0, 40.0)
ave_w = field.add(Road("20", "Avenue West", (-18.0, 0.0, WEST), [(214.0, 0.0)], [two_by_two(0.0, near, True)], kmh=50.0))
ave_e = field.add(Road("21", "Avenue East", (232.0, 0.0, WEST), [(214.0, 0.0)], [two_by_two(0.0, near, True)], kmh=50.0))

arm = 45.0  # from the middle of the roundabout to its arms
bend_right = (BEND * QUARTER, -1.0 / BEND)
north_e = field.add(
    Road("22", "North Street East", (arm, 300.0, EAST), [(190.0 - arm, 0.0), bend_right, (220.0, 0.0)], [], kmh=40.0)
)
north_w = field.add(
    Road("23", "North Street West", (-arm, 300.0, WEST), [(190.0 - arm, 0.0), corner, (220.0, 0.0)], [], kmh=40.0)
)
north_e.sections = [street(line_near_ends(north_e.length))]


def on_side(road, y):
    """s on a northern street at y of its part toward the avenue."""
    return 190.0 - arm + BEND * QUARTER + (240.0 - y)


north_w.sections = [street([(0.0, "solid"), (on_side(north_w, 130.0), "broken"), (on_side(north_w, 50.0), "solid")])]
# Four waves of 10 m, 0.12 m high, then a hill of 10 %.
waves, z = [(0.0, 0.0, 0.0, 0.0, 0.0)], 0.12
for i in range(4):
    s = 25.0 + 10.0 * i
    waves.append((s, 0.0, 0.0, 3 * z / 25.0, -2 * z / 125.0))
    waves.append((s + 5.0, z, 0.0, -3 * z / 25.0, 2 * z / 125.0))
waves.append((65.0, 0.0, 0.0, 0.0, 0.0))
north_w.profile([(on_side(north_w, a), on_side(north_w, b), g) for a, b, g in ((230, 220, 0.1), (200, 180, -0.1), (160, 150, 0.0))])
north_w.elevation = waves + north_w.elevation[1:]

# The yard: one lane of 5 m from the avenue, a right angle to the left, then a road of 8 m used both ways.
yard_in = field.add(
    Road("24", "Yard Entry", (-249.25, -20.0, SOUTH), [(65.0, 0.0), (3.0 * QUARTER, 1.0 / 3.0), (25.0, 0.0)],
         [Section(0.0, right=[Lane(width=5.0)], centre="solid", colour="white")], kmh=20.0)
)
yard = field.add(Road("25", "Yard", (-221.25, -86.5, EAST), [(206.25, 0.0)], [], kmh=20.0))
PARALLEL, GARAGE = (-196.0, -156.0), (-130.0, -95.0)


def in_yard(x):
    return x + 221.25


def yard_section(x, bay=None):
    lanes = [Lane("bidirectional", 8.0, "broken" if bay else "solid")] + ([Lane("parking", bay, "solid")] if bay else [])
    return Section(in_yard(x), right=lanes, centre="solid", colour="white")


yard.sections = [
    yard_section(-221.25), yard_section(PARALLEL[0], 2.6), yard_section(PARALLEL[1]),
    yard_section(GARAGE[0], 5.3), yard_section(GARAGE[1]),
]

# Central Street: from the roundabout over the avenue and the yard's T-junction to the bridge over the ring.
central_n = field.add(Road("42", "Central Street North", (0.0, 20.0, NORTH), [(235.0, 0.0)], [street(line_near_ends(235.0))]))
central_m = field.add(Road("40", "Central Street Middle", (0.0, -20.0, SOUTH), [(60.0, 0.0)], [street("solid")]))
central_s = field.add(Road("41", "Central Street South", (0.0, -110.0, SOUTH), [(290.0, 0.0)], [street("solid")]))
grade = 0.035
rise = DECK / grade - 40.0
central_s.profile([(5.0, 45.0, grade), (45.0 + rise, 85.0 + rise, 0.0)])
central_s.structure("bridge", "bridge-1", 235.0 - 2.0, 34.0, "Bridge over the ring", "concrete")


def ramp(number, name, start, end, first, kind):
    road = Road(number, name, start, join(start, end), [Section(0.0, right=[Lane(kind)], centre="solid", colour="white")], kmh=40.0)
    g = (DECK if first == 0.0 else -DECK) / (road.length - 30.0)
    road.profile([(5.0, 25.0, g), (road.length - 25.0, road.length - 5.0, 0.0)])
    road.elevation = [(s, a + first, b, c, d) for s, a, b, c, d in road.elevation]
    return field.add(road)


ramp_off = ramp("31", "Off-ramp", (-220.0, BOTTOM - 9.0, EAST), (-20.0, -418.25, EAST), 0.0, "offRamp")
ramp_on = ramp("32", "On-ramp", (20.0, -418.25, EAST), (220.0, BOTTOM - 9.0, EAST), DECK, "onRamp")


def ring_piece(number, begin, end):
    r = 19.5
    a, b = math.radians(begin), math.radians(end)
    start = (r * math.cos(a), 300.0 + r * math.sin(a), a + QUARTER)
    lane = Section(0.0, right=[Lane(width=5.0)], centre="solid", colour="white")
    return field.add(Road(number, "Roundabout", start, [(r * (b - a), 1.0 / r)], [lane], kmh=30.0))


round_n, round_sw, round_se = ring_piece("50", 35, 145), ring_piece("51", 215, 235), ring_piece("52", 305, 325)

# Junctions.

S, E = "start", "end"
field.touch("X1", (ave_w, S), (ave_e, E), (central_n, S), (central_m, S))
for came, lane, goes, to in [
    ((ave_w, S), 2, (ave_e, E), 2), ((ave_w, S), 3, (ave_e, E), 3), ((ave_w, S), 2, (central_n, S), -1),
    ((ave_w, S), 3, (central_m, S), -1),
    ((ave_e, E), -2, (ave_w, S), -2), ((ave_e, E), -3, (ave_w, S), -3), ((ave_e, E), -2, (central_m, S), -1),
    ((ave_e, E), -3, (central_n, S), -1),
    ((central_n, S), 1, (central_m, S), -1), ((central_n, S), 1, (ave_e, E), 2), ((central_n, S), 1, (ave_w, S), -3),
    ((central_m, S), 1, (central_n, S), -1), ((central_m, S), 1, (ave_w, S), -2), ((central_m, S), 1, (ave_e, E), 3),
]:
    field.connect("X1", came, lane, goes, to)
field.touch("T1", (ave_e, S), (ring_e, E), (north_e, E))
for came, lane, goes, to in [
    ((ring_e, E), -2, (ave_e, S), -2), ((ring_e, E), -3, (ave_e, S), -3), ((ring_e, E), -3, (north_e, E), 1),
    ((ave_e, S), 2, (ring_e, E), 2), ((ave_e, S), 3, (ring_e, E), 3), ((ave_e, S), 2, (north_e, E), 1),
    ((ave_e, S), 2, (ave_e, S), -3), ((ave_e, S), 3, (ave_e, S), -3),
    ((north_e, E), -1, (ave_e, S), -3), ((north_e, E), -1, (ring_e, E), 2),
]:
    # Who turns round swings out at the front.
    around = came == goes
    kmh = 50.0 if lane != -1 else None
    field.connect("T1", came, lane, goes, to, kmh, wider=1.2 if around else 0.0, straight=6.0 if around else 0.0)
field.touch("T2", (ave_w, E), (ring_w, S), (north_w, E), (yard_in, S))
for came, lane, goes, to in [
    ((ave_w, E), -2, (ring_w, S), -2), ((ave_w, E), -3, (ring_w, S), -3), ((ave_w, E), -3, (north_w, E), 1),
    ((ave_w, E), -2, (yard_in, S), -1),
    ((ring_w, S), 2, (ave_w, E), 2), ((ring_w, S), 3, (ave_w, E), 3), ((ring_w, S), 2, (north_w, E), 1),
    ((ring_w, S), 3, (yard_in, S), -1),
    ((north_w, E), -1, (yard_in, S), -1), ((north_w, E), -1, (ring_w, S), -3), ((north_w, E), -1, (ave_w, E), 2),
]:
    field.connect("T2", came, lane, goes, to, 50.0 if lane != -1 else None)
field.touch("T3", (central_m, E), (central_s, S), (yard, E))
for came, lane, goes, to in [
    ((central_m, E), -1, (central_s, S), -1), ((central_s, S), 1, (central_m, E), 1),
    ((yard, E), -1, (central_m, E), 1), ((yard, E), -1, (central_s, S), -1),
]:
    field.connect("T3", came, lane, goes, to)
field.touch("D", (central_s, E), (ramp_off, E), (ramp_on, S))
for came, lane, goes, to in [
    ((central_s, E), -1, (ramp_on, S), -1), ((ramp_off, E), -1, (central_s, E), 1), ((ramp_off, E), -1, (ramp_on, S), -1),
]:
    field.connect("D", came, lane, goes, to)
for name, into, out, road, end in [
    ("RE", round_se, round_n, north_e, S), ("RW", round_n, round_sw, north_w, S), ("RS", round_sw, round_se, central_n, E),
]:
    field.touch(name, (into, E), (out, S), (road, end))
    arriving, leaving = (1, -1) if end == S else (-1, 1)
    field.connect(name, (into, E), -1, (out, S), -1)
    field.connect(name, (road, end), arriving, (out, S), -1, 30.0)
    field.connect(name, (into, E), -1, (road, end), leaving)
field.groups.append(("roundabout", ["RE", "RW", "RS"]))
field.link(yard_in, E, yard, S, {-1: -1})
# Where the ramps leave and join, lanes go on in others without a road between.
through = [(-2, -2), (-3, -3)]
back = [(2, 2), (3, 3)]
field.touch("G1", (ring_w, E), (ring_m, S), (ramp_off, S))
field.direct("G1", ring_w, ring_m, "start", through)
field.direct("G1", ring_w, ramp_off, "start", [(-4, -1)])
field.direct("G1", ring_m, ring_w, "end", back)
field.touch("G2", (ring_m, E), (ramp_on, E), (ring_e, S))
field.direct("G2", ring_m, ring_e, "start", through)
field.direct("G2", ramp_on, ring_e, "start", [(-1, -4)])
field.direct("G2", ring_e, ring_m, "end", back)


# Roads of their own inside the ring, for what T4 adds to the items: reached by gates that are shut while nobody is examined.

vx, vy = 350.0, -180.0  # X2
two_in = Section(0.0, left=[Lane(mark="solid"), Lane()], right=[Lane(mark="solid"), Lane()], centre="solid")
var_w = field.add(Road("60", "Test Street West", (vx - 18.0, vy, WEST), [(262.0, 0.0)], [two_in], kmh=50.0))
var_e = field.add(Road("61", "Test Street East", (vx + 18.0, vy, EAST), [(272.0, 0.0)], [two_in], kmh=50.0))
var_n = field.add(Road("62", "Test Street North", (vx, vy + 18.0, NORTH), [(92.0, 0.0)], [street("solid")]))
var_s = field.add(Road("63", "Test Street South", (vx, vy - 18.0, SOUTH), [(52.0, 0.0)], [street("solid")]))
# The inner westbound lane leads left or straight on, as the sign over it says; the inner eastbound lane has a waiting area.
field.touch("X2", (var_w, S), (var_e, S), (var_n, S), (var_s, S))
for came, lane, goes, to in [
    ((var_w, S), 1, (var_n, S), -1), ((var_w, S), 2, (var_e, S), -2), ((var_w, S), 2, (var_s, S), -1),
    ((var_e, S), 1, (var_w, S), -1), ((var_e, S), 1, (var_s, S), -1),
    ((var_e, S), 2, (var_w, S), -2), ((var_e, S), 2, (var_n, S), -1),
    ((var_n, S), 1, (var_s, S), -1), ((var_s, S), 1, (var_n, S), -1),
]:
    field.connect("X2", came, lane, goes, to)
detour = field.add(Road("66", "Detour", (400.0, -250.0, EAST), [(240.0, 0.0)], [street()], kmh=40.0))
temporary = field.add(Road("67", "Narrow Works", (400.0, -300.0, EAST), [(260.0, 0.0)], [street()], kmh=40.0))
tidal = field.add(
    Road("68", "Tidal Street", (420.0, -100.0, EAST), [(260.0, 0.0)],
         [Section(0.0, left=[Lane()], right=[Lane(mark="broken"), Lane()], centre="broken broken")], kmh=50.0)
)

# Crossings, stop lines, lights, signs.


def crossing(number, road, s0, s1, n):
    lo, hi = road.border(s0, -n), road.border(s0, n)
    outline = [(s0, lo), (s1, lo), (s1, hi), (s0, hi)]
    road.object(number, "crosswalk", (s0 + s1) / 2, 0.0, s1 - s0, hi - lo, name="crosswalk", outline=outline)


def stop_line(number, road, s, facing, lanes):
    road.signal(number, s, road.centre(s, lanes[0]), facing, "294", lanes=[(n, n) for n in lanes], name="stop line", z=0.0)


def sign(number, road, s, facing, code, name, subcode="-1", value=None, lanes=None):
    """A sign beside the lanes that it speaks to."""
    side = -1 if facing == "+" else 1
    section = road.section_at(s)
    last = len(section.right if side < 0 else section.left)
    edge = max(n for n in range(1, last + 1) if section.lane(side * n).kind in ("driving", "bidirectional", "onRamp", "offRamp", "exit", "entry"))
    t = road.border(s, side * edge) + side * 0.8
    road.signal(number, s, t, facing, code, subcode, name, value, lanes=lanes)


def signalised(name, road, end, lanes, heads, n):
    """Crossing, stop line and lights of an arm of X1."""
    at = 0.0 if end == S else road.length
    into = 1 if end == S else -1
    facing = "-" if end == S else "+"
    a, b = sorted((at + into * 2.0, at + into * 6.0))
    crossing(f"X1_{name}_crossing", road, a, b, n)
    stop_line(f"X1_{name}_stop", road, at + into * 8.0, facing, lanes)
    for lane, code, subcode, tail in heads:
        t = road.centre(min(max(at, 1e-3), road.length - 1e-3), lane)
        road.signal(f"X1_{name}_{tail}", at, t, facing, code, subcode, "traffic light", dynamic=True, lanes=[(lane, lane)], z=5.5)


def avenue_heads(inner, outer):
    return [(inner, "1000011", "10", "L"), (inner, "1000011", "30", "T"), (outer, "1000011", "50", "R")]


signalised("W", ave_w, S, [2, 3], avenue_heads(2, 3), 4)
signalised("E", ave_e, E, [-2, -3], avenue_heads(-2, -3), 4)
signalised("N", central_n, S, [1], [(1, "1000001", "-1", "A")], 2)
signalised("S", central_m, S, [1], [(1, "1000001", "-1", "A")], 2)
ave_w.object("T2_box", "roadMark", 214.0, 0.0, name="yellowBox", local=[(9.0, -9.0), (27.0, -9.0), (27.0, 9.0), (9.0, 9.0)])
central_n.object("X1_box", "roadMark", 0.0, 0.0, name="yellowBox", local=[(-29.0, -9.0), (-11.0, -9.0), (-11.0, 9.0), (-29.0, 9.0)])


def at_y(y):
    """s on Central Street North."""
    return y - 20.0


# Over the westbound lanes to the median.
a, b = -268.0 + 530.0, -268.0 + 534.0
ring_w.object("C_ring", "crosswalk", (a + b) / 2, -5.5, b - a, 7.0, name="crosswalk",
              outline=[(a, -9.0), (b, -9.0), (b, -2.0), (a, -2.0)])
crossing("C_school", central_n, at_y(138), at_y(142), 2)
crossing("C_north", central_n, at_y(213), at_y(217), 2)
for name, s, facing, y in (("school", 132.0, "+", 0), ("north", 207.0, "+", 0)):
    sign(f"C_{name}_sign", central_n, at_y(s), facing, "350", "人行横道 crossing")
central_n.object("school-1", "schoolZone", at_y(145), 0.0, 90.0, 11.0, name="schoolZone")
sign("school_begin_n", central_n, at_y(98), "+", "136", "注意儿童 children")
sign("school_limit_n", central_n, at_y(100), "+", "274", "限制速度 30", value=30.0)
sign("school_end_n", central_n, at_y(190), "+", "278", "解除限制速度 30", value=30.0)
sign("school_begin_s", central_n, at_y(192), "-", "136", "注意儿童 children")
sign("school_limit_s", central_n, at_y(190), "-", "274", "限制速度 30", value=30.0)
sign("school_end_s", central_n, at_y(100), "-", "278", "解除限制速度 30", value=30.0)
central_n.object("bus-1", "busStop", at_y(67), 1.9, 20.0, 3.0, height=0.1, name="busStop")
sign("bus_sign", central_n, at_y(57), "-", "224", "公交 bus stop")
north_e.object("bus-shelter", "building", on_side(north_e, 30), 5.0, 6.0, 1.5, 2.5, "shelter")

# X2: the waiting area is the last 14 m of the inner eastbound lane, between the stop line and a line of its own.
WAITING = 14.0


def head(name, road, lane, code, subcode="-1", at=0.0):
    road.signal(name, at, road.centre(max(at, 1e-3), lane), "-", code, subcode, "traffic light", dynamic=True, lanes=[(lane, lane)], z=5.5)


stop_line("X2_W_stop", var_w, WAITING, "-", [1, 2])
stop_line("X2_W_waiting", var_w, 1.0, "-", [1])
stop_line("X2_E_stop", var_e, 3.0, "-", [1, 2])
stop_line("X2_N_stop", var_n, 3.0, "-", [1])
stop_line("X2_S_stop", var_s, 3.0, "-", [1])
head("X2_W_L", var_w, 1, "1000011", "10")
head("X2_W_T", var_w, 2, "1000011", "50")
head("X2_E_V_L", var_e, 1, "1000011", "10")
head("X2_E_V_T", var_e, 1, "1000011", "30")
head("X2_E_T", var_e, 2, "1000011", "50")
head("X2_N_A", var_n, 1, "1000001")
head("X2_S_A", var_s, 1, "1000001")
sign("variable_sign", var_e, 70.0, "-", "214", "可变导向车道 variable lane", lanes=[(1, 1)])
var_w.object("waiting_area", "roadMark", 0.5 * WAITING, var_w.centre(1.0, 1), WAITING, 3.0, name="左转弯待转区 waiting area")
# Lights over the lanes of the tidal street, at two gantries.
for i, s in enumerate((60.0, 170.0), 1):
    for lane in (-1, -2):
        tidal.signal(f"tidal_{i}_{-lane}", s, tidal.centre(s, lane), "+", "1000030", "-1", "车道信号灯 lane light", dynamic=True, lanes=[(lane, lane)], z=5.5)
# A light of the works, away from any junction.
stop_line("temporary_stop", temporary, 90.0, "+", [-1])
temporary.signal("temporary_light", 92.0, temporary.border(92.0, -1) - 0.8, "+", "1000001", "-1", "临时信号灯 temporary traffic light", dynamic=True, lanes=[(-1, -1)], z=2.5)
sign("temporary_works", temporary, 60.0, "+", "123", "道路施工 works")
sign("detour_works", detour, 50.0, "+", "123", "道路施工 works")
# Cones close the eastbound lane; the way leads round them over the other one.
detour_cones = [(95.0 + 5.0 * i, -3.3 + 0.66 * i) for i in range(6)] + [(130.0, 0.0), (140.0, 0.0)]
detour_cones += [(145.0 + 5.0 * i, -0.66 * (i + 1)) for i in range(5)]
for i, (s, t) in enumerate(detour_cones, 1):
    detour.object(f"detour_cone_{i}", "obstacle", s, t, 0.4, 0.4, 0.7, "trafficCone")

# Six kinds of signs along the avenue toward X1.
for number, x, code, subcode, name, value in [
    ("sign_40", 222.0, "274", "-1", "限制速度 40", 40.0), ("sign_overtaking", 196.0, "276", "-1", "禁止超车 no overtaking", None),
    ("sign_lights", 170.0, "131", "-1", "注意信号灯 traffic lights ahead", None),
    ("sign_keep_right", 144.0, "222", "20", "靠右侧道路行驶 keep right", None),
    ("sign_crossing", 118.0, "350", "10", "人行横道 crossing", None), ("sign_u_turn", 92.0, "272", "-1", "禁止掉头 no U-turn", None),
]:
    sign(number, ave_e, 232.0 - x, "+", code, name, subcode, value)
for road, s, facing in ((ave_e, 30.0, "-"), (ring_e, ring_e.length - 40.0, "+"), (ave_w, 184.0, "+"), (ring_w, 40.0, "-")):
    sign(f"priority_{road.number}", road, s, facing, "301", "路口优先通行 priority")
sign("stop_t1", north_e, north_e.length - 4.0, "+", "206", "停车让行 stop")
sign("u_turn_outer", ave_e, 30.0, "-", "272", "禁止掉头 no U-turn from the outer lane", lanes=[(3, 3)])
sign("stop_t2", north_w, north_w.length - 4.0, "+", "206", "停车让行 stop")
stop_line("stop_t2_line", north_w, north_w.length - 3.0, "+", [-1])
sign("yield_d", ramp_off, ramp_off.length - 4.0, "+", "205", "减速让行 give way")
sign("yield_g2", ramp_on, ramp_on.length - 4.0, "+", "205", "减速让行 give way")
for road, s, facing in ((north_e, 3.0, "-"), (north_w, 3.0, "-"), (central_n, 232.0, "+")):
    sign(f"roundabout_{road.number}", road, s, facing, "215", "环岛行驶 roundabout")
    sign(f"yield_{road.number}", road, s, facing, "205", "减速让行 give way")
sign("uneven", north_w, 12.0, "+", "112", "路面不平 uneven road")
sign("width", north_w, 80.0, "+", "264", "限制宽度 2.2 m", value=None)
sign("hill", north_w, on_side(north_w, 236.0), "+", "108", "上陡坡 steep hill", "10")
sign("bend", north_e, 110.0, "+", "103", "向右急弯路 bend", "20")
sign("tunnel_sign", ring_w, TUNNEL[0] - 30.0, "+", "327", "隧道开车灯 tunnel, lights on")
sign("motorway_begin", ring_e, MOTORWAY[0], "+", "330.1", "高速公路起点 motorway")
sign("motorway_end", ring_e, MOTORWAY[1], "+", "330.2", "高速公路终点 end of motorway")
sign("works_sign", ring_e, ring_e_avenue(600.0), "+", "123", "道路施工 works")
sign("slippery", ring_w, ring_w_west(-70.0), "+", "114", "易滑 slippery road")
sign("rain", ring_e, ring_e_east(-290.0), "+", "101", "注意雨雾天气 rain and fog")
sign("parking", yard, 8.0, "+", "314", "停车场 parking")

# Arrows on the lanes before X1.
for road, s, lane, name, hdg in [
    (ave_w, 30.0, 2, "arrow left straight", WEST), (ave_w, 30.0, 3, "arrow straight right", WEST),
    (ave_e, 184.0, -2, "arrow left straight", 0.0), (ave_e, 184.0, -3, "arrow straight right", 0.0),
    (ave_w, 100.0, -2, "arrow straight", 0.0), (ave_w, 100.0, -3, "arrow straight right", 0.0),
]:
    road.object(f"arrow_{road.number}_{num(s)}_{lane}", "roadMark", s, road.centre(s, lane), 6.0, 0.6, name=name, hdg=hdg)

# Posts of the width gates, cones of the works, shelters of the weather sections.
GATES, GATE_WIDTH = (95.0, 115.0), 2.5
for i, s in enumerate(GATES, 1):
    for side, t in (("left", -1.75 + GATE_WIDTH / 2 + 0.1), ("right", -1.75 - GATE_WIDTH / 2 - 0.1)):
        north_w.object(f"post_{i}_{side}", "pole", s, t, 0.2, 0.2, 1.2, "width gate post")
cones = [(520.0, 10.5), (510.0, 9.3), (500.0, 8.0), (490.0, 6.7), (480.0, 5.9)]
cones += [(480.0 - 10.0 * i, 5.9) for i in range(1, 9)] + [(390.0, 8.0), (380.0, 10.5)]
for i, (x, t) in enumerate(cones, 1):
    ring_e.object(f"cone_{i}", "obstacle", ring_e_avenue(x), -t, 0.4, 0.4, 0.7, "trafficCone")
for i, (x0, length, y0, depth) in enumerate([(-182.0, 7.75, -94.5, 2.6), (-114.0, 2.5, -94.5, 5.3), (-111.5, 2.5, -94.5, 5.3)], 1):
    x, y = x0 + length / 2, y0 - depth / 2
    yard.object(f"bay_{i}", "parkingSpace", in_yard(x), y + 86.5, length, depth, extra='<parkingSpace access="all"/>')
