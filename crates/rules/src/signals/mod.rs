//! What traffic lights, lane lights and police officers order.

pub(crate) mod red_light;
