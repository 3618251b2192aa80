//! Exam packs, items, deductions, vetoes and the grader.
