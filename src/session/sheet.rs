//! What a session says on the score sheet of one of its vehicles.

use lukao_exam::Title;
use lukao_exam::session::{Ruling, RunStatus, Session, Vehicle};
use lukao_report::sheet::{Field, Lang, SheetOptions};

/// The head of a vehicle's sheet, and what was ruled of it. A ruling that names no vehicle is of the only one.
#[must_use]
pub fn sheet(session: &Session, vehicle: &Vehicle, lang: Lang) -> SheetOptions {
    let field =
        |zh: &str, en: &str, value: String| Field { label: Title { zh: zh.into(), en: en.into() }, value };
    let both = |a: &str, b: &str| [a, b].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ");
    let mut head = vec![
        field("测试编号", "Session", session.id.clone()),
        field("申请单位", "Applicant", session.applicant.clone()),
        field("被测车辆、号牌", "Vehicle, plate", both(&vehicle.id, &vehicle.plate)),
        field("车辆类型", "Vehicle type", vehicle.class.map_or_else(String::new, |c| lang.phrase(c.name()))),
        field("软件版本", "Software version", vehicle.software.clone()),
        field("硬件版本", "Hardware version", vehicle.hardware.clone()),
        field("申请等级", "Level applied for", session.level.clone().unwrap_or_default()),
        field("设计运行范围", "Operational design domain", session.odd.clone()),
        field("申报功能", "Functions declared", session.functions.join(", ")),
        field("测试场地", "Field", session.field.clone()),
    ];
    let driven = session.runs.iter().filter(|r| r.vehicle == vehicle.id && r.status != RunStatus::Planned);
    let mut days: Vec<&str> = driven.filter_map(|r| r.date.as_deref()).collect();
    days.sort_unstable();
    days.dedup();
    head.push(field("测试日期", "Date", days.join(", ")));
    head.extend(session.people.iter().map(|p| field(part(&p.role), &p.role, p.name.clone())));
    let own = |r: &&Ruling| r.vehicle.as_ref().is_none_or(|v| *v == vehicle.id);
    SheetOptions { lang, head, rulings: session.rulings.iter().filter(own).cloned().collect() }
}

/// A person's part in Chinese, if it is one of the usual ones.
fn part(role: &str) -> &str {
    match role {
        "examiner" => "考官",
        "chief-examiner" | "chief examiner" => "主考官",
        "safety-driver" | "safety driver" => "测试驾驶人",
        "operator" => "设备操作员",
        other => other,
    }
}
