package dev.parley.server.config;

/// An assistant that can be in rooms, as it is configured.
///
/// @param name id of its user, of small letters, digits, - and _
/// @param model that answers for it, as `PROVIDER/MODEL`, or PROVIDER alone where it has one model
///     only
/// @param system instructions for the model; empty: none beside those that every assistant gets
/// @param questionsPerMinute most questions that it answers in one room within a minute
/// @param tokensPerDay tokens of questions and answers in one room after which it answers no more
///     on that day (UTC); 0: no limit
public record AssistantSettings(
    String name, String model, String system, int questionsPerMinute, long tokensPerDay) {}
