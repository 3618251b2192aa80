//! The data policy: raw samples of any reader in, a [`Drive`](lukao_model::Drive) that keeps its promises out.
