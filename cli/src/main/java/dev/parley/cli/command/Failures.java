package dev.parley.cli.command;

import dev.parley.cli.source.SourceException;
import dev.parley.client.OutboxFullException;
import dev.parley.client.ParleyException;
import dev.parley.server.ServerException;
import dev.parley.server.config.ConfigException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// The one place that says what a failure means to the caller of a command: words and exit code.
public final class Failures {
  /// What the network's library puts before what a server said when it closed a connection.
  private static final String WORDS_OF_SERVER = "debug data: ";

  private static final String HTTP_PORT = "HTTP_1_1_REQUIRED";

  /// What it says of servers that speak another protocol, or HTTP/2 without gRPC.
  private static final List<String> FOREIGN =
      List.of(
          HTTP_PORT,
          "First received frame was not SETTINGS",
          "invalid content-type",
          "missing content-type in response headers");

  private static final long NANOS = 1_000_000_000;

  private Failures() {}

  /// One of [ExitCode].
  public static int exitCode(Throwable failure) {
    return switch (cause(failure)) {
      case CommandFailure known -> known.exitCode();
      case ParleyException silent when isNoAnswer(silent) -> ExitCode.NO_ANSWER;
      case SourceException _ -> ExitCode.USAGE;
      case ConfigException _ -> ExitCode.USAGE;
      case InterruptedException _ -> ExitCode.INTERRUPTED;
      default -> ExitCode.FAILED;
    };
  }

  /// For people: what was wrong, and what to do next.
  public static String words(Throwable failure) {
    Throwable cause = cause(failure);
    return switch (cause) {
      // A command always says who is asking; so it is the name that the server does not take.
      case ParleyException name when name.reason().equals("UNAUTHENTICATED") ->
          name.getMessage() + "\nChoose another --user.";
      case ParleyException refused when !refused.advice().isEmpty() ->
          refused.getMessage() + "\n" + refused.advice() + again(refused);
      case ParleyException silent when isForeign(silent) ->
          network(message(silent))
              + "\nName another with --server, or start one with parley serve.";
      case ParleyException silent when isNoAnswer(silent) ->
          network(message(silent))
              + "\nIs the server running? Start one with parley serve, or name another with"
              + " --server.";
      case ParleyException refused -> message(refused) + again(refused);
      case CommandFailure known -> message(known);
      case SourceException unreadable -> message(unreadable);
      case ConfigException wrong -> message(wrong);
      case ServerException failed -> message(failed);
      case OutboxFullException full -> message(full);
      case NoSuchFileException missing -> message(missing) + ": there is no such file";
      case AccessDeniedException denied -> message(denied) + ": access denied";
      case FileSystemException file -> message(file);
      case IOException io -> message(io);
      case InterruptedException _ -> "interrupted";
      default -> cause.toString();
    };
  }

  /// The same where a command asked a server.
  ///
  /// @param server HOST:PORT that it tried
  public static String words(Throwable failure, String server) {
    boolean silent = cause(failure) instanceof ParleyException asked && isNoAnswer(asked);
    return silent ? "cannot reach %s: %s".formatted(server, words(failure)) : words(failure);
  }

  /// When to try again.
  public static String again(Duration after) {
    return "Try again in %d s.".formatted(Math.ceilDiv(after.toNanos(), NANOS));
  }

  private static String again(ParleyException refused) {
    return refused.retryAfter().map(after -> "\n" + again(after)).orElse("");
  }

  /// Only what was wrong, in a line.
  public static String shortly(Throwable failure) {
    return words(failure).lines().findFirst().orElse("");
  }

  /// Whether the failure is one that [#words] has words for; others are defects of this program.
  public static boolean isExpected(Throwable failure) {
    return switch (cause(failure)) {
      case ParleyException _,
          CommandFailure _,
          SourceException _,
          ConfigException _,
          ServerException _,
          OutboxFullException _,
          IOException _,
          InterruptedException _ ->
          true;
      default -> false;
    };
  }

  /// A failure without the wrappers that futures put around it.
  public static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof ExecutionException || cause instanceof CompletionException) {
      @Nullable Throwable inner = cause.getCause();
      if (inner == null) {
        return cause;
      }
      cause = inner;
    }
    return cause;
  }

  // A server that refuses names its reason; without one, nobody answered.
  private static boolean isNoAnswer(ParleyException failure) {
    String reason = failure.reason();
    return isForeign(failure)
        || (failure.isTransient() && (reason.isEmpty() || reason.startsWith("CLIENT_")));
  }

  private static boolean isForeign(ParleyException failure) {
    return failure.reason().isEmpty() && FOREIGN.stream().anyMatch(message(failure)::contains);
  }

  // What the network's library says, for people.
  private static String network(String message) {
    if (message.contains("Connection refused")) {
      return "connection refused";
    }
    int words = message.indexOf(WORDS_OF_SERVER);
    if (message.contains(HTTP_PORT) && words >= 0) {
      return message
          .substring(words + WORDS_OF_SERVER.length())
          .lines()
          .findFirst()
          .orElse(message);
    }
    if (FOREIGN.stream().anyMatch(message::contains)) {
      return "what answers there is no Parley server: it does not speak gRPC";
    }
    if (message.contains("Network closed") || message.contains("Connection reset")) {
      return "the connection broke";
    }
    return message.contains("deadline exceeded after") ? "no answer in time" : message;
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }
}
