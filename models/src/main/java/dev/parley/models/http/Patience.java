package dev.parley.models.http;

import java.time.Duration;

/// How long an answer is waited for. Time in which nobody wants more of it does not count, except
/// towards the whole.
///
/// @param connect for a connection
/// @param firstToken from asking until the first piece of the answer
/// @param betweenTokens from one piece to the next
/// @param whole from asking to the end
public record Patience(
    Duration connect, Duration firstToken, Duration betweenTokens, Duration whole) {
  /// What suits models that think before they speak.
  public static final Patience DEFAULT =
      new Patience(
          Duration.ofSeconds(5),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10));
}
