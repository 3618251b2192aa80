"""Stations of the reference field: where on its roads the 40 items are driven."""

import reference_roads as m
from opendrive import num

SOURCE = "drawn with the field"


def gate(road, s, inner, outer):
    """Across lanes of one direction: the driver's left is toward the middle of the road."""
    step = 1 if inner > 0 else -1
    return [road.point(s, road.border(s, inner - step)), road.point(s, road.border(s, outer))]


def edge(road, s0, s1, n, step=2.0):
    """A lane's outer border (0: the middle line) as points."""
    k = max(1, round(abs(s1 - s0) / step))
    straight = all(g[3] == 0.0 for g in road.geometry if g[0] < max(s0, s1) and g[0] + g[2] > min(s0, s1))
    at = [s0, s1] if straight else [s0 + (s1 - s0) * i / k for i in range(k + 1)]
    return [road.point(s, road.border(s, n)) for s in at]


def value(v):
    if isinstance(v, str):
        return f'"{v}"'
    if isinstance(v, (int, float)):
        text = num(round(v, 4))
        return text if "." in text else text + ".0"
    return "[" + ", ".join(value(x) for x in v) + "]"


stations = []


def station(kind, zh, en, n=1, **keys):
    stations.append((f"{kind}-{n}", kind, zh, en, keys))


def drive(kind, zh, en, a, b, n=1, **keys):
    """From gate a to gate b, each (road, s, inner lane, outer lane)."""
    station(kind, zh, en, n, entry=gate(*a), exit=gate(*b), **keys)


def rw(x):
    """s on Ring West at x of its part on the avenue, westbound."""
    return -268.0 - x


OUT, BACK = (-2, -3), (2, 3)
cn, cs, cm = m.central_n, m.central_s, m.central_m

# Cognition.
drive("traffic-signs", "交通标志", "Traffic signs", (m.north_e, m.on_side(m.north_e, 75.0), -1, -1), (m.ave_e, 192.0, *OUT))
drive("traffic-markings", "交通标线", "Traffic markings", (m.ave_w, 22.0, *OUT), (m.ring_w, rw(-290.0), *OUT))
drive("traffic-lights", "交通信号灯", "Traffic lights", (m.ave_e, 172.0, *OUT), (m.ave_w, 27.0, *OUT))
drive("police-gestures", "交警手势", "Police gestures", (m.ave_e, 172.0, *OUT), (m.ave_w, 27.0, *OUT))
# Execution.
a, b = 125.0, 255.0
drive("curve", "曲线行驶", "Curve", (m.north_e, a, -1, -1), (m.north_e, b, -1, -1),
      edges=[edge(m.north_e, a, b, 0), edge(m.north_e, a, b, -1)])
drive("right-angle-turn", "直角转弯", "Right-angle turn", (m.yard_in, 50.0, -1, -1),
      (m.yard_in, m.yard_in.length - 10.0, -1, -1),
      edges=[[(-249.25, -65.0), (-249.25, -88.0), (-228.0, -88.0)], [(-254.25, -65.0), (-254.25, -93.0), (-228.0, -93.0)]])
drive("undulating-road", "起伏路行驶", "Undulating road", (m.north_w, 20.0, -1, -1), (m.north_w, 72.0, -1, -1),
      edges=[edge(m.north_w, 20.0, 72.0, 0), edge(m.north_w, 20.0, 72.0, -1)])
posts = []
for s in m.GATES:
    for side in (1, -1):
        t = -1.75 + side * m.GATE_WIDTH / 2
        posts.append([m.north_w.point(s - 0.5, t), m.north_w.point(s + 0.5, t)])
drive("width-gate", "过限宽门", "Width gate", (m.north_w, 82.0, -1, -1), (m.north_w, 128.0, -1, -1), edges=posts)
station("narrow-u-turn", "窄路掉头", "Narrow-road U-turn", entry=[(-78.0, -86.5), (-78.0, -94.5)],
        exit=[(-78.0, -94.5), (-78.0, -86.5)], edges=[[(-78.0, -86.5), (-30.0, -86.5)], [(-78.0, -94.5), (-30.0, -94.5)]])
hill = m.on_side(m.north_w, 206.0)
drive("hill-stop-start", "坡道定点停车和起步", "Hill stop and start", (m.north_w, m.on_side(m.north_w, 236.0), -1, -1),
      (m.north_w, m.on_side(m.north_w, 140.0), -1, -1), line=gate(m.north_w, hill, -1, -1), slope_percent=10.0,
      edges=[edge(m.north_w, m.on_side(m.north_w, 230.0), m.on_side(m.north_w, 150.0), -1)])
# Emergency handling and intervention.
drive("emergency-handling", "紧急情况处置", "Emergency handling", (m.ring_w, rw(-300), *OUT), (m.ring_w, rw(-545), *OUT))
drive("operability", "人工介入后的可操作性", "Operability after manual intervention", (m.ring_w, rw(-300), *OUT),
      (m.ring_w, m.ring_w_south(-530.0), *OUT))
drive("emergency-stop", "紧急停车", "Emergency stop", (m.ring_w, rw(-300), *OUT), (m.ring_w, rw(-545), *OUT))
# Comprehensive driving.
drive("start", "起步", "Start", (m.ring_w, rw(-540), *BACK), (m.ring_w, rw(-330), *BACK))
drive("stop", "停车", "Stop", (m.ring_w, rw(-540), *BACK), (m.ring_w, rw(-330), *BACK), line=gate(m.ring_w, rw(-400), *BACK))
drive("car-following", "跟车行驶", "Car following", (m.ring_e, m.ring_e_avenue(300.0), *BACK), (m.ring_e, m.ring_e_avenue(640.0), *BACK))
drive("straight-through", "直行通过路口", "Straight through a junction", (m.ave_w, 47.0, *BACK), (m.ave_e, 167.0, *BACK))
drive("pedestrian-crossing", "通过人行横道", "Pedestrian crossing", (cn, 172.0, -1, -1), (cn, 205.0, -1, -1))
drive("kerb-stop", "靠边停车", "Stop at the kerb", (m.north_e, m.on_side(m.north_e, 225.0), -1, -1),
      (m.north_e, m.on_side(m.north_e, 50.0), -1, -1),
      edges=[edge(m.north_e, m.on_side(m.north_e, 225.0), m.on_side(m.north_e, 50.0), -1)])
drive("lane-change", "变更车道", "Lane change", (m.ring_e, m.ring_e_avenue(300.0), *BACK), (m.ring_e, m.ring_e_avenue(640.0), *BACK))
drive("right-turn", "路口右转弯", "Right turn at a junction", (m.ave_e, 162.0, *OUT), (cn, 40.0, -1, -1))
drive("left-turn", "路口左转弯", "Left turn at a junction", (m.ave_w, 52.0, *BACK), (cn, 40.0, -1, -1))
drive("u-turn", "路口掉头", "U-turn at a junction", (m.ave_e, 55.0, *BACK), (m.ave_e, 50.0, *OUT))
drive("bus-stop", "通过公共汽车站", "Bus stop", (cn, 64.0, 1, 1), (cn, 30.0, 1, 1))
drive("meeting", "会车", "Meeting oncoming vehicles", (m.north_e, m.on_side(m.north_e, 225.0), -1, -1),
      (m.north_e, m.on_side(m.north_e, 50.0), -1, -1))
drive("roundabout", "通过环岛", "Roundabout", (cn, 205.0, -1, -1), (m.north_w, 12.0, -1, -1))
drive("main-side-road", "主辅路行驶", "From the side to the main road", (m.north_e, m.on_side(m.north_e, 75.0), -1, -1), (m.ave_e, 120.0, *OUT))
drive("main-side-road", "主辅路行驶", "From a yard to the main road", (m.yard, m.in_yard(-60.0), -1, -1), (cs, 40.0, -1, -1), 2)
high = [-1.0, 8.0]
drive("interchange", "通过立交桥", "Interchange: off-ramp and bridge", (m.ring_w, m.ring_w_south(-345.0), *OUT),
      (cs, 150.0, 1, 1), z_m=high)
drive("interchange", "通过立交桥", "Interchange: bridge and on-ramp", (cs, 60.0, -1, -1), (m.ring_e, 340.0, *OUT), 2, z_m=high)
drive("school-zone", "通过学校区域", "School zone", (cn, 76.0, -1, -1), (cn, 172.0, -1, -1))
drive("tunnel", "通过隧道", "Tunnel", (m.ring_w, m.TUNNEL[0] - 25.0, *OUT), (m.ring_w, m.TUNNEL[1] + 20.0, *OUT))
drive("overtaking", "超车", "Overtaking", (m.ring_e, m.ring_e_avenue(290.0), *BACK), (m.ring_e, m.ring_e_avenue(645.0), *BACK))
a, b = m.ring_e_avenue(610.0), m.ring_e_avenue(340.0)
drive("overtaking", "超车", "Overtaking before and behind a tunnel", (m.ring_w, m.ring_w_south(-545.0), *OUT),
      (m.ring_w, m.ring_w_south(-235.0), *OUT), 2)
drive("works", "通过施工区", "Works", (m.ring_e, a, *OUT), (m.ring_e, b, *OUT),
      edges=[edge(m.ring_e, a, b, -1), [m.ring_e.point(m.ring_e_avenue(x), 0.5 - t) for x, t in m.cones]])
bays = [[(x, y), (x + w, y), (x + w, y - d), (x, y - d)] for x, w, y, d in
        [(-182.0, 7.75, -94.5, 2.6), (-114.0, 2.5, -94.5, 5.3), (-111.5, 2.5, -94.5, 5.3)]]
station("garage", "倒车入库", "Reverse into a garage", entry=[(-140.0, -86.5), (-140.0, -94.5)],
        exit=[(-86.0, -86.5), (-86.0, -94.5)], slots=bays[1:],
        edges=[[(-140.0, -86.5), (-86.0, -86.5)], [(-130.0, -99.8), (-95.0, -99.8)]])
station("parallel-parking", "侧方停车", "Parallel parking", entry=[(-205.0, -86.5), (-205.0, -94.5)],
        exit=[(-150.0, -86.5), (-150.0, -94.5)], slots=bays[:1],
        edges=[[(-205.0, -86.5), (-150.0, -86.5)], [(-196.0, -97.1), (-156.0, -97.1)]])
y0, y1 = -265.0, -95.0
east, west = m.ring_e_east, m.ring_w_west
drive("rain", "雨区行驶", "Rain", (m.ring_e, east(y0), *OUT), (m.ring_e, east(y1), *OUT))
drive("fog", "雾区行驶", "Fog", (m.ring_e, east(y1), *BACK), (m.ring_e, east(y0), *BACK))
drive("slippery", "湿滑路行驶", "Slippery road", (m.ring_w, west(y1), *OUT), (m.ring_w, west(y0), *OUT))
drive("spilled-objects", "遗撒路面行驶", "Spilled objects", (m.ring_w, west(y0), *BACK), (m.ring_w, west(y1), *BACK),
      edges=[edge(m.ring_w, west(y0), west(y1), 1), edge(m.ring_w, west(y0), west(y1), 3)])
drive("night-or-emergency", "夜间行驶或避让应急车辆", "Night driving or an emergency vehicle", (m.ring_w, rw(-540), *BACK), (m.ring_w, rw(-310), *BACK))
# Networked driving.
drive("networked", "网联驾驶", "Networked driving", (m.ring_w, rw(-540), *BACK), (m.ring_w, rw(-310), *BACK))

# What T4 adds to the items.
drive("tidal-lane", "潮汐车道", "Tidal lane", (m.tidal, 48.0, -1, -2), (m.tidal, 215.0, -1, -2))
drive("variable-lane", "可变导向车道", "Variable-direction lane", (m.var_e, 75.0, 1, 1), (m.var_w, 40.0, -1, -1))
drive("waiting-area", "左转弯待转区", "Waiting area for the left turn", (m.var_w, 75.0, 1, 1), (m.var_n, 40.0, -1, -1))
drive("temporary-lights", "临时信号灯", "Temporary lights", (m.temporary, 50.0, -1, -1), (m.temporary, 140.0, -1, -1))
drive("jaywalker", "行人违法横穿", "Somebody crosses illegally", (m.temporary, 210.0, 1, 1), (m.temporary, 60.0, 1, 1))
drive("detour", "施工绕行", "Detour round works", (m.detour, 50.0, -1, -1), (m.detour, 195.0, -1, -1),
      edges=[edge(m.detour, 50.0, 195.0, 1), [m.detour.point(s, t + 0.5) for s, t in m.detour_cones]])
garage = next(s for s in stations if s[1] == "garage")[4]
station("garage-people", "车库内有行人和障碍物", "Garage with people and things in it", **garage)


def text():
    out = ["# Made by tracks/make_reference_field.py. Metres, in the coordinates of field.xodr.", "format = 1"]
    for ident, kind, zh, en, keys in stations:
        out += ["", "[[station]]", f'id = "{ident}"', f'kind = "{kind}"', f'title = {{ zh = "{zh}", en = "{en}" }}']
        for k, v in keys.items():
            out.append(f"{k} = {value(v)}")
        out += ["accuracy_m = 0.02", f'source = "{SOURCE}"']
    return "\n".join(out) + "\n"
