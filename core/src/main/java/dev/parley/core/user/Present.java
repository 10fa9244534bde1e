package dev.parley.core.user;

/// A user who is here.
public record Present(Profile user, Status status) {}
