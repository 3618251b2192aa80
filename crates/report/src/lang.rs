//! The words of a score sheet in two languages, each word once.

/// Language of a sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Chinese, simplified.
    Zh,
    /// English.
    #[default]
    En,
}

impl Lang {
    /// The words in this language.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }

    /// Tag of the language, as HTML names it.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// A word or sentence of the engine in this language; as it is if there is no translation.
    ///
    /// ```
    /// use lukao_report::sheet::Lang;
    /// assert_eq!((Lang::Zh.phrase("car"), Lang::En.phrase("car")), ("乘用车".into(), "car".into()));
    /// ```
    #[must_use]
    pub fn phrase(self, text: &str) -> String {
        match self {
            Self::Zh => crate::zh::phrase(text),
            Self::En => text.into(),
        }
    }

    /// One of two texts.
    pub(crate) fn of<'t>(self, zh: &'t str, en: &'t str) -> &'t str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

macro_rules! words {
    ($($name:ident: $en:literal, $zh:literal;)+) => {
        /// Words of a sheet. `{0}`, `{1}` … are places for what is said of.
        #[cfg_attr(not(feature = "html"), allow(dead_code, reason = "some stand on the page only"))]
        pub(crate) struct Words { $(pub $name: &'static str,)+ }
        const EN: Words = Words { $($name: $en,)+ };
        const ZH: Words = Words { $($name: $zh,)+ };

        #[cfg(test)]
        mod tests {
            #[test]
            fn both_languages_have_the_same_places() {
                let places = |text: &str| (0..6).map(|k| text.matches(&format!("{{{k}}}")).count()).collect::<Vec<_>>();
                $(assert_eq!(places($en), places($zh), "{}", stringify!($name));)+
            }
        }
    };
}

words! {
    sheet: "Score sheet", "测试成绩单";
    comma: ", ", "、";
    colon: ": ", "：";
    semicolon: "; ", "；";
    brackets: " ({0})", "（{0}）";
    none: "none", "无";
    unknown: "unknown", "未知";

    // Results.
    passed: "passed", "通过";
    failed: "failed", "未通过";
    undetermined: "undetermined", "无法判定";
    met: "met", "合格";
    not_met: "not met", "不合格";
    not_exercised: "not exercised", "未完成";
    pass: "kept", "符合";
    fail: "broken", "不符合";
    not_applicable: "no occasion", "未涉及";
    invalid: "invalid", "无效";
    valid: "valid", "有效";
    aborted: "aborted", "中止";
    to_rule: "to be ruled", "待裁定";
    machine: "machine result", "机器判定";
    ruling: "examiner's ruling", "考官裁定";
    last: "final result", "最终结果";
    whole_exam: "the whole exam", "整场测试";
    to_rule_why: "a ruling differs from the machine's result, and nobody has ruled on the whole exam", "裁定与机器判定不一致，整场测试尚未裁定";

    // Points.
    headline: "{0}: {1} of {2} points, {3} needed", "{0}：{1} 分（满分 {2} 分，合格线 {3} 分）";
    to: "{0} to {1}", "{0} 至 {1}";
    demerit: "{0}: {1} demerit points, at most {2} to pass", "{0}：记 {1} 分，通过上限 {2} 分";
    demerit_hidden: "{0}: {1} demerit points, {3} if all that is unknown failed, at most {2} to pass", "{0}：记 {1} 分，未知项全部判为不符合则记 {3} 分，通过上限 {2} 分";
    points: "points", "分数";
    points_off: "−{0} points", "扣 {0} 分";
    vetoes: "vetoes", "一票否决";
    veto: "veto", "一票否决";
    fails_item: "fails the item", "本项目不合格";
    no_points: "no points", "不扣分";
    no_points_why: "no points: {0}", "不扣分：{0}";
    same_event: "same event as finding {0}, charged there", "与事件 {0} 为同一事件，在该处扣分";
    also_covers: "the same event: {0}; charged once, here", "同一事件：{0}；只在此处扣分一次";

    // Levels.
    level: "level reached", "达到等级";
    no_level: "none", "无";
    applied: "applied for", "申请等级";
    rests_on: "rests on", "依据构成";
    demands: "{0} ({1} demands)", "{0}（{1} 条）";
    next: "missing for {0}", "达到 {0} 还缺";
    nothing_missing: "nothing: it is the highest level", "无：已是最高等级";
    points_missing: "the points, or a veto", "分数不足或有一票否决";
    levels: "levels", "等级";
    reached: "reached", "已达到";
    not_reached: "not reached", "未达到";
    missing: "what is missing", "所缺内容";
    as_lower: "what {0} lacks", "{0} 所缺";

    // Items.
    items: "items", "测试项目";
    item: "item", "项目";
    number: "no.", "序号";
    area: "area", "类别";
    required: "required", "必测";
    if_met: "if met", "遇到则测";
    all_levels: "all levels", "各等级";
    repeat: "{0} valid attempts needed", "需 {0} 次有效试验";
    attempts: "attempts", "试验";
    attempt: "attempt", "试验";
    attempt_n: "attempt {0}", "第 {0} 次试验";
    no_attempt: "not attempted", "未进行试验";
    variant_of: "variant of {0}", "{0} 的变式";
    attempts_count: "{0}, {1} valid", "{0} 次，有效 {1} 次";
    station: "station", "测试点";
    time: "time", "时间";
    drive: "drive", "行程";
    drives_in_all: "{0} in all, {1}; listed at the end", "共 {0} 次，{1}；清单见文末";
    status: "status", "状态";
    reason: "reason", "原因";
    by: "by", "认定者";
    decides: "decides", "计入";
    yes: "yes", "是";
    no: "no", "否";
    details: "items in detail", "项目明细";

    // Requirements.
    requirements: "requirements", "要求";
    requirement: "requirement", "要求";
    value: "value", "测量值";
    limit: "limit", "限值";
    u: "uncertainty (k\u{a0}=\u{a0}2)", "不确定度（k\u{a0}=\u{a0}2）";
    u_unknown: "uncertainty unknown", "不确定度未知";
    clause: "clause", "条款";
    basis: "basis", "依据类别";
    judge: "judge", "判定者";
    result: "result", "结果";
    weight: "costs", "扣分规则";
    judged: "judged", "判定时长";
    shared_kept: "Kept too, demanded of every item: {0}.", "各项目共同要求中另有下列各条均符合：{0}。";
    shared: "demands on every item", "各项目共同要求";
    near: "within the uncertainty of the limit", "与限值之差在不确定度之内";
    max_u: "at most {0}", "不得大于 {0}";
    times: "{0} times", "{0} 次";
    invalidates: "makes the attempt invalid: {0}", "使试验无效：{0}";

    // Findings.
    findings: "findings", "事件";
    finding: "finding", "事件";
    with: "with {0}", "对象 {0}";
    place: "ego at ({0}, {1}) m", "被测车辆位置 ({0}, {1}) m";
    worst: "worst at {0}", "最不利时刻 {0}";
    caused: "caused by: {0}", "成因：{0}";
    ego: "the ego", "被测车辆";
    not_ego: "not the ego", "非被测车辆";
    undecided: "undecided", "无法确定";
    no_liability: "no determination of liability", "不作为责任认定";

    // What it rests on.
    unknowns: "what could not be told", "无法判定的内容";
    lacking: "missing", "缺少";
    why: "why", "原因";
    concerns: "concerns", "涉及";
    more: "and {0} more", "等，另有 {0} 段";
    notes: "notes on the logs", "日志说明";
    switches: "readings in force where the sources are in dispute", "有争议条款的现行取值";
    switch_line: "{0}: {1} (not {2})", "{0}：{1}（未取 {2}）";
    switch: "dispute", "争议内容";
    in_force: "in force", "现行取值";
    others: "not in force", "未采用";
    source: "source", "来源";
    rests: "what it rests on", "判定依据统计";
    of_demands: "demands", "要求数";
    exercised: "with occasion", "涉及";
    decided: "decided", "已判定";
    deducted: "points off", "扣分";
    text: "read in the document itself", "见于标准原文";
    press: "read in a report of it", "见于公开报道";
    inferred: "follows from what was read", "由上述内容推得";
    profile: "project profile", "本项目约定";
    log: "log", "日志（机器判定）";
    examiner: "examiner", "考官";
    record: "record", "书面记录";
    count_note: "Each attempt's demands are counted.", "每次试验的要求分别计数。";
    score_source: "points and pass mark", "分值与合格线";

    // Rulings.
    rulings: "examiner's rulings", "考官裁定记录";
    rulings_note: "A ruling is appended. It never changes the machine's result.", "裁定为追加记录，不改变机器判定结果。";
    no_rulings: "None.", "无。";
    who: "who", "裁定人";
    when: "when", "时间";
    after: "after the result was known", "在结果公布之后";
    no_such: "the exam has no such item or attempt", "测试中无此项目或试验";
    all_attempts: "the item", "整个项目";

    // The head and the foot.
    exam: "exam", "测试";
    track: "track", "场地";
    decided_how: "decided", "判定方式";
    guarded: "guarded: within the uncertainty of a limit nothing is decided", "保守：与限值之差在不确定度之内不作判定";
    simple: "simple: the measured value decides", "简单：以测量值判定";
    strict: "strict", "严格模式";
    strict_why: "nothing is decided on this project's own readings", "不以本项目约定作判定";
    vehicle: "ego \"{0}\"", "被测车辆“{0}”";
    no_vehicle: "no ego", "无被测车辆";
    no_time: "no time", "无时间";
    other_actors: "{0} other actors", "其他参与者 {0} 个";
    provenance: "provenance", "溯源信息";
    engine: "engine", "判定引擎";
    pack: "pack", "测试规则包";
    aligned: "aligned", "场地对齐";
    log_file: "log", "日志";
    frame: "frame", "坐标系";
    times_of: "times", "时间";
    times_base: "mm:ss.ss on the log's time base", "分:秒，以日志时间为准";
    times_zero: "mm:ss.ss after {0} ns of the log's time base", "分:秒，自日志时间 {0} ns 起";
    no_hash: "no hash", "无哈希值";
    signatures: "signatures", "签字";
    sign_vehicle: "For the applicant", "申请单位代表";
    sign_driver: "Safety driver", "测试驾驶人";
    sign_examiner: "Examiner", "考官";
    sign_chief: "Chief examiner", "主考官";
    sign_name: "name, signature", "姓名、签字";
    sign_date: "date", "日期";
    applicant: "Applicant", "申请单位";
    vehicle_id: "Vehicle, plate or VIN", "车辆型号、号牌或 VIN";
    software: "Software version", "软件版本";
    field: "Field", "测试场地";
    date: "Date", "测试日期";
    people: "Examiner, safety driver", "考官、测试驾驶人";
}

/// A text with its places `{0}`, `{1}` … filled.
pub(crate) fn fill(text: &str, args: &[&str]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((k, after)) = rest[1..].split_once('}') else {
            break;
        };
        out.push_str(k.parse().ok().and_then(|k: usize| args.get(k)).copied().unwrap_or_default());
        rest = after;
    }
    out + rest
}
