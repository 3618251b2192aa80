//! Chinese for the fixed words of sources, and for the figures that findings give.

use super::holes;
use crate::lang::fill;

/// Fixed words of sources. Names of documents stay as they are.
const SOURCES: &[(&str, &str)] = &[
    ("Lukao reading of the 2018 Beijing method", "Lukao 对2018年北京方法的解读"),
    ("Lukao reading of GB/T 41798-2022", "Lukao 对 GB/T 41798-2022 的解读"),
    ("T4 assessment in practice", "T4 评估实践"),
    ("as reported by the press, {} ({})", "{0} 媒体报道（{1}）"),
    ("as reported by {}, {}", "{0} {1} 报道"),
    ("Beijing News", "新京报"),
    ("Beijing Youth Daily", "北京青年报"),
    ("CCTV and China News", "央视、中新网"),
    ("the press", "媒体"),
    ("signs, items", "标志、项目"),
    ("times of parking", "停车用时"),
    ("human driving test, {}: {}", "机动车驾驶人考试：{0}：{1}"),
    ("{}, as implemented by a public project: {}", "{0}（见公开项目的实现）：{1}"),
    ("human driving test, {}", "机动车驾驶人考试：{0}"),
    ("{}, as implemented by a public project", "{0}（见公开项目的实现）"),
    ("indicator 3 s", "转向灯提前3秒"),
    ("indicator", "转向灯"),
    ("stop line", "停止线"),
    ("crossing", "人行横道"),
    ("curve", "曲线行驶"),
    ("right-angle turn", "直角转弯"),
    ("width gate", "限宽门"),
    ("narrow-road U-turn", "窄路掉头"),
    ("hill", "坡道"),
    ("garage", "倒车入库"),
    ("parallel parking", "侧方停车"),
    ("slows before", "提前减速"),
    ("slows", "减速"),
    ("left turn", "左转弯"),
    ("overtaking", "超车"),
    ("tunnel", "隧道"),
    ("lane change", "变更车道"),
    ("amber", "黄灯"),
    ("no stop", "不停车"),
    ("independent of the vehicle under test", "独立于被测车辆"),
    ("a changed vehicle is another vehicle", "变更后的车辆视为另一车辆"),
    ("pedal, wheel, emergency stop or remote command", "踏板、方向盘、急停或远程指令"),
    ("a place is not judged without an RTK fix", "无RTK固定解时不判定位置"),
    ("30 km/h when turning", "转弯不超过30 km/h"),
    ("smooth in the bend", "弯道平稳"),
    ("all wheels in the lane", "车轮均在车道内"),
    ("not moving within 10 s", "10秒内未起步"),
    ("kerb-side stop, 30 cm", "靠边停车30厘米"),
    ("left turn not left of the centre", "左转未靠路口中心点左侧"),
    ("list of forbidden areas", "禁停区域"),
    ("Scenes of the levels T1 to T5", "T1 至 T5 各级场景"),
    ("T3 skills", "T3 能力"),
    ("levels of the closed field at Yizhuang", "亦庄封闭场地的等级"),
    ("Beijing Daily and Yicai", "北京日报、第一财经"),
    ("Beijing Daily", "北京日报"),
    (
        "4.2, as reported: speed 0.1 km/h, position 0.1 m, at least 50 Hz",
        "4.2（据公开资料：速度0.1 km/h，位置0.1 m，不低于50 Hz）",
    ),
    ("no emergency braking; 6 m/s2 is this project's figure", "不紧急制动；6 m/s²为本项目取值"),
    ("no stop after entering", "驶入后不停车"),
    ("30 km/h when turning round", "掉头不超过30 km/h"),
    ("a light of the first line of a waiting area is not logged", "待转区第一道停止线的信号未记录"),
    ("adapts to the message", "根据消息调整行驶"),
    ("answered or a minimal-risk manoeuvre", "响应请求或执行最小风险策略"),
    ("at most 0.5 m off", "偏差不超过0.5 m"),
    ("at most 4 m/s2", "不超过4 m/s²"),
    ("clears the way", "让行"),
    ("does not hinder", "不妨碍他人"),
    ("fog lamps", "雾灯"),
    (
        "for vehicles of categories M and N; the limits that are known are those of passenger cars",
        "适用于M类、N类车辆；已知限值为乘用车限值",
    ),
    ("hard shoulder", "应急车道"),
    ("hazard lights are no rain lights", "危险报警闪光灯不作雨天灯光"),
    ("keeps right", "靠右行驶"),
    ("lamps at night", "夜间灯光"),
    ("lamps in rain", "雨天灯光"),
    ("most limits are those of the human driving test for small cars", "多数限值取自小型汽车驾驶人考试"),
    ("no loss of control", "不失控"),
    ("no lurch", "不闯动"),
    ("no stop at a bus stop", "不在公交站停车"),
    ("one lane change at least", "至少变更一次车道"),
    ("signals when leaving", "驶出时开转向灯"),
    ("smooth", "平稳"),
    ("speed on ramps", "匝道车速"),
    ("straight on", "直行"),
    ("turned round", "完成掉头"),
    ("where it stops", "停车位置"),
    ("yields to who is in it", "让行环内车辆"),
    ("U-turn", "掉头"),
    ("narrow U-turn", "窄路掉头"),
    ("bad timing", "时机不当"),
    ("blocked junction", "路口阻塞"),
    ("bus stop", "公交站"),
    ("emergency", "紧急情况"),
    ("hazard lights", "危险报警闪光灯"),
    ("forbidden areas", "禁停区域"),
    ("hill, 50 cm", "坡道，50厘米"),
    ("kerb-side stop", "靠边停车"),
    ("lateral gap", "横向间距"),
    ("law", "法规"),
    ("meeting", "会车"),
    ("on the right", "右侧超车"),
    ("tyre on the line", "轮胎压线"),
    ("passengers", "乘客"),
    ("sharp return", "驶回过急"),
    ("start", "起步"),
    ("no lane change", "不得变更车道"),
    ("two lanes at once", "连续变更两条车道"),
];

/// Names of further figures and words of findings, as rules give them.
const DETAILS: &[(&str, &str)] = &[
    ("measured_at", "测点"),
    ("signal", "信号灯"),
    ("lane", "车道"),
    ("lanes", "车道"),
    ("person", "行人位置"),
    ("red_for", "红灯已亮"),
    ("red_left", "红灯剩余"),
    ("speed", "速度"),
    ("time_of_passage", "通过时刻"),
    ("wheel", "车轮"),
    ("by", "操作"),
    ("kind", "类别"),
    ("side", "侧"),
    ("length", "长度"),
    ("gap", "间距"),
    ("from", "自"),
    ("to", "至"),
    ("place", "位置"),
];

/// The document or clause of a source, with its fixed words in Chinese.
pub(crate) fn source(text: &str) -> String {
    let inner = |part: &str| if part == text { part.to_string() } else { source(part) };
    let found = SOURCES.iter().find_map(|(en, zh)| {
        let parts: Vec<String> = holes(en, text)?.into_iter().map(inner).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Some(fill(zh, &parts))
    });
    found.unwrap_or_else(|| text.into())
}

/// Name of a further figure of a finding.
pub(crate) fn detail(name: &str) -> String {
    DETAILS.iter().find(|d| d.0 == name).map_or_else(|| name.replace('_', " "), |d| d.1.into())
}

#[cfg(test)]
mod tests {
    use lukao_exam::{Exam, Source, builtin};

    use super::*;

    #[test]
    fn sources_of_the_closed_field_exams_have_no_english_words_left() {
        assert_eq!(
            source("human driving test, tunnel: no lane change"),
            "机动车驾驶人考试：隧道：不得变更车道"
        );
        assert_eq!(source("of a pack of one's own"), "of a pack of one's own");
        for id in ["beijing-2018", "gbt-41798-2022"] {
            let pack = builtin(id).expect("it comes with the engine");
            let exam = Exam::parse(pack.name, pack.text).expect("it comes with the engine");
            let of_items = exam
                .items
                .iter()
                .flat_map(|i| i.levels_source.iter().chain(i.requires.iter().map(|r| &r.source)));
            let all: Vec<&Source> = of_items.chain(exam.switches.iter().map(|s| &s.source)).collect();
            for text in all.iter().flat_map(|s| [&s.doc, &s.clause]) {
                let zh = source(text).replace("Lukao", "");
                let words = zh.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| w.len() > 3);
                assert_eq!(words.collect::<Vec<_>>(), Vec::<&str>::new(), "{id}: {text}");
            }
        }
    }
}
