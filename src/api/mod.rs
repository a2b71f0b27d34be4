//! What users write (`spec`) and read (`status`).
