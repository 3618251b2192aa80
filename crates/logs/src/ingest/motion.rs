//! What the motion itself says: gaps, teleports, speeds that contradict positions.
