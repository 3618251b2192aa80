//! Chinese for what the engine says in English: sentences with places, names of channels, reasons, areas. What is not listed stays
//! as it is, since a sentence in the other language is better than none.

use lukao_rules::title_zh;

mod sources;

pub(crate) use sources::{detail, source};

/// Areas of competence: name, English, Chinese.
const AREAS: &[(&str, &str, &str)] = &[
    ("cognition", "Cognition of traffic rules", "认知与交通法规遵守能力"),
    ("execution", "Execution", "执行能力"),
    ("emergency", "Emergency handling and human intervention", "应急处置与人工介入能力"),
    ("comprehensive", "Comprehensive driving", "综合驾驶能力"),
    ("networked", "Networked driving", "网联驾驶能力"),
    ("safety", "Safety", "安全"),
    ("comfort", "Comfort", "舒适"),
    ("law", "Law", "法规"),
    ("general", "General", "通用要求"),
    ("signals", "Signals, signs and markings", "交通信号识别及响应"),
    ("infrastructure", "Road infrastructure", "道路交通基础设施与障碍物识别及响应"),
    ("people", "Pedestrians and cyclists", "行人与非机动车识别及响应"),
    ("vehicles", "Other vehicles", "周边车辆行驶状态识别及响应"),
    ("stopping", "Stopping", "停车"),
    ("takeover", "Intervention, takeover and minimal risk", "干预、接管与最小风险策略"),
];

/// Reasons of the closed list: name, English, Chinese.
const REASONS: &[(&str, &str, &str)] = &[
    ("target-out-of-tolerance", "target out of tolerance", "目标物超出容差"),
    ("reference-below-grade", "reference data below grade", "基准数据等级不足"),
    ("conditions-left", "conditions of the exam left", "超出测试条件"),
    ("third-party", "third party", "第三方干扰"),
    ("field-fault", "fault of the field", "场地设施故障"),
    ("logging-fault", "fault of the recording", "记录故障"),
    ("vehicle-changed", "vehicle changed afterwards", "试验后车辆有变更"),
];

/// Who said so of an attempt: name, English, Chinese.
const SPEAKERS: &[(&str, &str, &str)] =
    &[("station", "station", "测试点"), ("examiner", "examiner", "考官"), ("engine", "engine", "判定引擎")];

/// Single words: channels and other things that may be missing.
const WORDS: &[(&str, &str)] = &[
    ("rule", "规则"),
    ("record", "书面记录"),
    ("examiner's mark", "考官标记"),
    ("examiner", "考官"),
    ("basis", "依据"),
    ("track", "场地地图"),
    ("station", "测试点"),
    ("lane", "车道"),
    ("lane markings", "车道标线"),
    ("stop line", "停止线"),
    ("speed limit", "限速"),
    ("kind of road", "道路类型"),
    ("kind of marking", "标线类型"),
    ("class of the ego", "被测车辆类型"),
    ("class of the vehicle", "车辆类型"),
    ("drivable area", "可行驶区域"),
    ("wheel geometry", "车轮几何参数"),
    ("traffic lights", "交通信号灯"),
    ("actor poses", "其他参与者位姿"),
    ("actor speed", "其他参与者速度"),
    ("ego", "被测车辆数据"),
    ("acceleration", "加速度"),
    ("speed", "速度"),
    ("overlap", "重叠"),
    ("clearance", "间隙"),
    ("gap left", "剩余间距"),
    ("gap behind", "后方间距"),
    ("centre point", "路口中心点"),
    ("way through the junction", "通过路口的路线"),
    ("room beyond the junction", "路口出口空间"),
    ("place of the stop", "停车位置"),
    ("end of the emergency stop", "紧急停车结束时刻"),
    ("answer to the request", "对接管请求的响应"),
    ("time after the intervention", "干预后的时间"),
    ("time since the order", "指挥后的时间"),
    ("way rolled back", "后溜距离"),
    ("x_m", "位置 x"),
    ("y_m", "位置 y"),
    ("yaw_rad", "航向"),
    ("z_m", "高程"),
    ("roll_rad", "侧倾角"),
    ("pitch_rad", "俯仰角"),
    ("speed_mps", "速度"),
    ("vx_mps", "速度 x 分量"),
    ("vy_mps", "速度 y 分量"),
    ("accel_lon_mps2", "纵向加速度"),
    ("accel_lat_mps2", "横向加速度"),
    ("yaw_rate_radps", "横摆角速度"),
    ("steering_wheel_rad", "方向盘转角"),
    ("wheel_angle_rad", "车轮转角"),
    ("gear", "挡位"),
    ("throttle_ratio", "加速踏板"),
    ("brake_ratio", "制动踏板"),
    ("parking_brake", "驻车制动"),
    ("indicator", "转向灯"),
    ("brake_lamp", "制动灯"),
    ("reversing_lamp", "倒车灯"),
    ("position_lamp", "示廓灯"),
    ("low_beam", "近光灯"),
    ("high_beam", "远光灯"),
    ("front_fog_lamp", "前雾灯"),
    ("rear_fog_lamp", "后雾灯"),
    ("emergency_lamp", "警示灯"),
    ("horn", "喇叭"),
    ("wipers", "刮水器"),
    ("door_open", "车门状态"),
    ("belt", "安全带"),
    ("driving_mode", "驾驶模式"),
    ("driver_override", "驾驶人干预"),
    ("override_reason", "干预原因"),
    ("emergency_stop", "紧急停车"),
    ("remote_command", "远程指令"),
    ("hmi_alert", "人机界面警示"),
    ("fix_quality", "定位质量"),
    ("recorder", "记录装置"),
    ("signal_state", "信号灯状态"),
    ("visibility_m", "能见度"),
    ("rain_mmph", "降雨强度"),
    ("friction_ratio", "附着系数"),
    ("illuminance_lx", "照度"),
    ("command", "指令"),
    ("mark", "标记"),
    ("v2x", "车路通信"),
    ("fault", "故障信息"),
    ("valid", "有效"),
    ("invalid", "无效"),
    ("aborted", "中止"),
    ("lane change", "变更车道"),
    ("lane-change", "变更车道"),
    ("left-turn", "左转"),
    ("right-turn", "右转"),
    ("u-turn", "掉头"),
    ("turned-round", "掉头"),
    ("straight", "直行"),
    ("overtaking", "超车"),
    ("pull-out", "驶离路边"),
    ("pull-in", "靠边"),
    ("stop", "停车"),
    ("start", "起步"),
    ("end of the attempt", "试验结束时刻"),
    ("turn", "转弯"),
    ("turning round", "掉头"),
    ("pulling out", "驶离路边"),
    ("pulling in", "靠边"),
    ("leaving a roundabout", "驶出环岛"),
    ("left", "左"),
    ("right", "右"),
    ("steering", "转向"),
    ("brake", "制动"),
    ("accelerator", "加速踏板"),
    ("button", "按钮"),
    ("remote command", "远程指令"),
    ("other", "其他"),
    ("not said", "未说明"),
    ("body", "车身"),
    ("wheels", "车轮"),
    ("centre", "车辆中心"),
    ("front left corner", "左前角"),
    ("rear left corner", "左后角"),
    ("rear right corner", "右后角"),
    ("front right corner", "右前角"),
    ("front left wheel", "左前轮"),
    ("front right wheel", "右前轮"),
    ("rear left wheel", "左后轮"),
    ("rear right wheel", "右后轮"),
    ("on the crossing", "在人行横道上"),
    ("about to enter", "即将进入"),
    ("its uncertainty is not known", "其不确定度未知"),
    ("gap to somebody on foot", "与行人的间距"),
    ("type of vehicle", "车辆类型"),
    ("car", "乘用车"),
    ("van", "轻型客货车"),
    ("truck", "货车"),
    ("bus", "客车"),
    ("motorcycle", "摩托车"),
];

/// Sentences. `{}` stands for anything that has no translation of its own or has; in Chinese `{0}` … are those places.
const PHRASES: &[(&str, &str)] = &[
    // Why an exam is not passed.
    ("not met", "不合格"),
    ("cannot be told, missing {}; to be repeated", "无法判定，缺少：{0}；须重测"),
    ("cannot be told, missing {}", "无法判定，缺少：{0}"),
    ("required, but there was no occasion for it", "必测项目，未进行"),
    (
        "no valid attempt; attempt {} is {} ({}); to be repeated",
        "没有有效试验；第 {0} 次试验{1}（{2}）；须重测",
    ),
    ("{} of {} valid attempts; to be repeated", "需 {1} 次有效试验，现有 {0} 次；须补测"),
    ("tried, but there was no occasion for it; to be repeated", "已试验，但未出现测试机会；须重测"),
    ("tried, but {}; to be repeated", "已试验，但{0}；须重测"),
    ("{} had {} of {} occasions", "{0} 需 {2} 次测试机会，仅有 {1} 次"),
    ("{} points are fewer than the {} needed", "{0} 分低于合格线 {1} 分"),
    ("{} demerit points are more than the {} allowed", "记 {0} 分，超过上限 {1} 分"),
    ("if all that is unknown failed, {}", "若未知项全部判为不符合，则{0}"),
    (
        "points and pass mark are this project's own, on which strict mode does not decide",
        "分值与合格线为本项目约定，严格模式下不作判定",
    ),
    ("nothing that the exam looks at happened", "测试所考察的情形均未出现"),
    // Why something costs nothing.
    ("it makes the attempt invalid", "该情形使本次试验无效"),
    ("attempt {} does not decide: another one does", "第 {0} 次试验不计入，以另一次为准"),
    ("attempt {} is not valid", "第 {0} 次试验无效"),
    ("the ego did not cause it", "非被测车辆造成"),
    (
        "the demand is this project's own reading, on which strict mode does not decide",
        "该要求为本项目约定，严格模式下不作判定",
    ),
    // Of attempts.
    ("the log ends before the station's end", "日志在离开测试点之前结束"),
    ("no mark ends it", "没有结束标记"),
    ("as the examiner ruled afterwards", "考官事后裁定"),
    ("as the examiner ruled", "考官裁定"),
    ("ruled not kept by the {}", "{0}判定不符合"),
    ("{} (finding {})", "{0}（事件 {1}）"),
    ("software or hardware was changed after this run", "本次试验后软件或硬件有变更"),
    // What is missing, and why.
    ("the exam was made for {}, and the vehicle is a {}", "本测试适用于{0}，而被测车辆为{1}"),
    (
        "the exam was made for {}, and of what type the vehicle is is not known",
        "本测试适用于{0}，而被测车辆类型未知",
    ),
    ("none was given", "未提供"),
    (
        "within its uncertainty of the limit, or too uncertain to be judged",
        "与限值之差在不确定度之内，或不确定度过大",
    ),
    ("the ego is in no traffic lane of the track", "被测车辆不在地图的任何车道内"),
    ("the ego is off the track's map", "被测车辆在地图范围之外"),
    ("there is no track in the drive's frame", "没有与日志同坐标系的场地地图"),
    ("the log has no signals", "日志中没有信号灯"),
    ("the log has signals, the track has none", "日志中有信号灯，地图中没有"),
    ("the ego's speed is not known", "被测车辆速度未知"),
    ("the map gives none for the lane", "地图未给出该车道的数值"),
    ("the map gives none", "地图未给出"),
    ("the log does not say it", "日志未记录"),
    ("the log does not say what they show", "日志未记录其状态"),
    ("the log does not say whether it is on", "日志未记录其是否开启"),
    ("the log does not say whether the driver acts", "日志未记录驾驶人是否操作"),
    ("the log does not say what the ego is", "日志未记录被测车辆类型"),
    ("the log has no admissible pose of a vehicle under test", "日志中没有可采信的被测车辆位姿"),
    ("the log has no admissible state of {} then", "日志中没有 {0} 当时的可采信状态"),
    ("the log says that the state of {} was unknown", "日志称 {0} 的状态未知"),
    ("the clock of {} is not synchronised with the ego's", "{0} 的时钟未与被测车辆同步"),
    ("the log has no admissible {} of the ego", "日志中没有可采信的被测车辆{0}"),
    ("the log does not say {}", "日志未记录{0}"),
    ("the track gives none for {}", "地图未给出 {0} 的数值"),
    ("the track does not describe {}", "地图未描述 {0}"),
    ("the track does not say of what kind {} is", "地图未说明 {0} 的类型"),
    ("the vehicle sheet does not give it", "车辆参数表未给出"),
    ("the drive has none", "日志中没有"),
    ("the track has none", "地图中没有"),
    ("the track ends there", "地图在该处终止"),
    ("not on the track, or not seen to its end", "不在地图上，或未观测到结束"),
    ("of {}", "对象 {0}"),
];

/// Conduct that a rule's title does not tell apart.
const CONDUCT: &[(&str, &str)] = &[
    ("turned right on red without a stop", "红灯右转前未停车"),
    ("stopped over the line", "停车时越过停止线"),
    ("stopped short of the line", "停车位置距停止线过远"),
    ("stopped on a crossing", "停在人行横道上"),
    ("stopped in a junction", "停在路口内"),
    ("stopped in a tunnel", "停在隧道内"),
    ("entered a junction though ordered to stop", "被指挥停车仍驶入路口"),
    ("took another way than ordered", "未按指挥的方向行驶"),
    ("indicated too far away", "开启转向灯过早"),
    ("indicated too near", "开启转向灯过晚"),
    ("was not drivable by hand for long enough", "人工驾驶未能持续规定时间"),
    ("was not handed back in time", "未在规定时间内恢复自动驾驶"),
    ("automation drove off the track's map", "自动驾驶驶出地图范围"),
    ("automation drove on a kind of road that is not allowed", "在不允许的道路类型上自动驾驶"),
    ("{} out of range", "{0}超出规定范围"),
    ("drove with a lamp that must be off", "开启了不应开启的灯光"),
    ("drove without a lamp that must be on", "未开规定灯光"),
    ("too few: {}", "少于规定次数：{0}"),
    ("too many: {}", "超过规定次数：{0}"),
    ("passed not all groups of signs", "未通过全部规定类别的标志"),
    ("did not slow down by enough", "减速幅度不足"),
    ("automation drove faster than allowed", "自动驾驶超过允许车速"),
];

/// Name of an area.
pub(crate) fn area(name: &str, zh: bool) -> String {
    of(AREAS, name, zh)
}

/// A reason of the closed list.
pub(crate) fn reason(name: &str, zh: bool) -> String {
    of(REASONS, name, zh)
}

/// Who said so.
pub(crate) fn speaker(name: &str, zh: bool) -> String {
    of(SPEAKERS, name, zh)
}

fn of(table: &[(&str, &str, &str)], name: &str, zh: bool) -> String {
    let found = table.iter().find(|a| a.0 == name);
    found.map_or(name, |a| if zh { a.2 } else { a.1 }).into()
}

/// The conduct of a finding: what the engine says of it, and the rule that found it.
pub(crate) fn conduct(what: &str, rule: &str) -> String {
    if let Some(zh) = listed(CONDUCT, what, 2) {
        return zh;
    }
    if what.starts_with("ruled ") {
        // It is of no rule, whatever the requirement is called.
        return phrase(what);
    }
    if let Some((head, tail)) = what.split_once(": ") {
        let zh = listed(CONDUCT, head, 2).or_else(|| title_zh(rule).map(Into::into));
        return zh.map_or_else(|| what.into(), |zh| format!("{zh}（{}）", phrase(tail)));
    }
    title_zh(rule).map_or_else(|| phrase(what), Into::into)
}

/// A sentence or word of the engine; as it is, if it is not known.
pub(crate) fn phrase(text: &str) -> String {
    translated(text, 3).unwrap_or_else(|| text.into())
}

fn translated(text: &str, depth: usize) -> Option<String> {
    if let Some((_, zh)) = WORDS.iter().find(|w| w.0 == text) {
        return Some((*zh).into());
    }
    if depth == 0 {
        return None;
    }
    let inner = |part: &str| translated(part, depth - 1).unwrap_or_else(|| part.into());
    for (name, _, zh) in REASONS {
        match text.strip_prefix(name).map(|rest| (rest, rest.strip_prefix(": "))) {
            Some(("", _)) => return Some((*zh).into()),
            Some((_, Some(why))) => return Some(format!("{zh}：{}", inner(why))),
            _ => {}
        }
    }
    if let Some(zh) = listed(CONDUCT, text, depth).or_else(|| listed(PHRASES, text, depth)) {
        return Some(zh);
    }
    if !text.contains(", ") {
        return None;
    }
    let each: Option<Vec<String>> = text.split(", ").map(|part| translated(part, depth - 1)).collect();
    Some(each?.join("、"))
}

/// The Chinese of the first sentence of a table that the text is, with what stands in its places put into Chinese too.
fn listed(table: &[(&str, &str)], text: &str, depth: usize) -> Option<String> {
    let inner = |part: &str| translated(part, depth.saturating_sub(1)).unwrap_or_else(|| part.into());
    table.iter().find_map(|(en, zh)| {
        let parts: Vec<String> = holes(en, text)?.into_iter().map(inner).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Some(crate::lang::fill(zh, &parts))
    })
}

/// What stands in the places `{}` of a sentence, if the text is that sentence.
fn holes<'t>(sentence: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut parts = sentence.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut out = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let at = if parts.peek().is_some() {
            rest.find(part)?
        } else {
            rest.ends_with(part).then(|| rest.len() - part.len())?
        };
        out.push(&rest[..at]);
        rest = &rest[at + part.len()..];
    }
    // Without a place left, nothing may be left.
    rest.is_empty().then_some(out).filter(|o| o.iter().all(|part| !part.is_empty()))
}

#[cfg(test)]
mod tests {
    use lukao_exam::pack::Reason;
    use lukao_model::Channel;

    use super::*;

    #[test]
    fn sentences_are_known_by_their_fixed_parts() {
        assert_eq!(phrase("not met"), "不合格");
        assert_eq!(phrase("attempt 2 is not valid"), "第 2 次试验无效");
        assert_eq!(
            phrase("no valid attempt; attempt 1 is aborted (no mark ends it); to be repeated"),
            "没有有效试验；第 1 次试验中止（没有结束标记）；须重测"
        );
        assert_eq!(
            phrase("cannot be told, missing gear, driving_mode; to be repeated"),
            "无法判定，缺少：挡位、驾驶模式；须重测"
        );
        assert_eq!(phrase("conditions-left: the road was wet"), "超出测试条件：the road was wet");
        assert_eq!(phrase("a sentence, of ours"), "a sentence, of ours");
        assert_eq!(phrase("not met, perhaps"), "not met, perhaps");
    }

    #[test]
    fn conduct_is_told_apart_where_the_rule_s_title_does_not() {
        assert_eq!(conduct("braked too hard", "harsh-braking"), "制动过急");
        assert_eq!(conduct("ran a red light", "red-light"), "闯红灯");
        assert_eq!(conduct("visibility_m out of range", "out-of-conditions"), "能见度超出规定范围");
        assert_eq!(conduct("turned right on red without a stop", "red-light"), "红灯右转前未停车");
        assert_eq!(
            conduct("indicated too late: lane change", "indicator-late"),
            "转向灯开启过晚（变更车道）"
        );
        assert_eq!(conduct("ruled not kept by the examiner", "harsh-braking"), "考官判定不符合");
    }

    #[test]
    fn what_may_be_missing_and_why_an_attempt_does_not_count_is_named() {
        for c in Channel::ALL {
            assert!(WORDS.iter().any(|w| w.0 == c.name()), "{} has no Chinese name", c.name());
        }
        for (name, _) in Reason::ALL {
            assert_ne!(reason(name, true), name);
            assert_ne!(reason(name, false), name);
        }
        for pack in lukao_exam::BUILTIN {
            for item in lukao_exam::Exam::parse(pack.name, pack.text).expect("it comes with the engine").items
            {
                assert_ne!(area(&item.area, true), item.area, "{}: the area has no Chinese name", pack.id);
            }
        }
    }
}
