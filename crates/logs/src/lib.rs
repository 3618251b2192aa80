//! Readers and writers: bytes to drives and back, with positioned errors and a log doctor.
