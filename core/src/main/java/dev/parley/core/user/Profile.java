package dev.parley.core.user;

/// How a user wants to be shown.
///
/// @param id stable identity
/// @param username short name
/// @param displayName name to show
/// @param avatarUrl address of a picture; empty: none
public record Profile(String id, String username, String displayName, String avatarUrl) {}
