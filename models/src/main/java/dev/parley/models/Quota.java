package dev.parley.models;

/// How much somebody may ask.
///
/// @param maxQuestions most questions that are answered at once
/// @param tokensPerMinute most tokens of questions and answers on average, as many at once; 0: no
///     limit
public record Quota(int maxQuestions, long tokensPerMinute) {
  /// What one credential, and one user, has unless more or less is configured.
  public static final Quota DEFAULT = new Quota(4_096, 0);
}
