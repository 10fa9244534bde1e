package dev.parley.cli.model;

import dev.parley.cli.command.AtSignal;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.JsonLines;
import dev.parley.client.AnswerStream;
import dev.parley.client.ParleyClient;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.ChatResponse;
import dev.parley.model.v1.Credential;
import dev.parley.model.v1.Finished;
import dev.parley.model.v1.ModelError;
import dev.parley.model.v1.Role;
import dev.parley.model.v1.StopReason;
import dev.parley.model.v1.Turn;
import dev.parley.model.v1.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `parley ask`.
@Command(
    name = "ask",
    description = "Asks a model, and prints its answer as it comes.",
    footer = {
      "",
      "What is piped in is given to the model before the question. The answer goes to",
      "standard output, everything else to standard error. Ctrl-C ends the answer, at the",
      "provider too.",
      "",
      "Examples:",
      "  parley ask 'Why is the sky blue?'",
      "  parley ask --model anthropic/claude-sonnet-4-5 'Name three rivers'",
      "  git diff | parley ask 'Review this change' > review.md"
    })
public final class AskCommand implements Callable<Integer> {
  private static final int MAX_PIPED_BYTES = 900_000;
  private static final String DEFAULT_MODEL = "simulated";
  private static final double NANOS = 1e9;

  private final Streams streams;
  private final Map<String, String> environment;
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "QUESTION",
      description = "What to ask. Default: what is piped in.")
  private List<String> words = List.of();

  @Option(
      names = {"-m", "--model"},
      paramLabel = "PROVIDER/MODEL",
      description =
          "Which model; parley models lists them. Default: $$PARLEY_MODEL, or one that only"
              + " simulates.")
  private @Nullable String model;

  @Option(
      names = "--provider",
      paramLabel = "PROVIDER",
      description = "The provider, if --model is its own name of the model.")
  private String provider = "";

  @Option(
      names = "--fallback",
      paramLabel = "PROVIDER/MODEL",
      split = ",",
      description = "Asked in order if the models before cannot answer.")
  private List<String> fallbacks = List.of();

  @Option(
      names = "--credential",
      paramLabel = "NAME",
      description = "Which of the server's credentials for the provider. Default: any.")
  private String credential = "";

  @Option(names = "--system", paramLabel = "TEXT", description = "Instructions for the model.")
  private String system = "";

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Most tokens of the answer. Default: as the provider has it.")
  private @Nullable Integer maxTokens;

  @Option(names = "--json", description = "One parley.model.v1.ChatResponse a line.")
  private boolean json;

  /// Whether the cursor is within a line of the answer.
  private final AtomicBoolean open = new AtomicBoolean();

  public AskCommand(Streams streams, Map<String, String> environment) {
    this.streams = streams;
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    ChatRequest question = question();
    ParleyClient client = server.client();
    try (AnswerStream answer = client.ask(question)) {
      return print(answer);
    } finally {
      client.close(Duration.ZERO);
    }
  }

  private ChatRequest question() throws IOException {
    ChatRequest.Builder question =
        ChatRequest.newBuilder()
            .setRequestId("ask")
            .setModel(route())
            .setCredential(Credential.newBuilder().setName(credential))
            .addAllFallbackModels(fallbacks);
    if (!system.isEmpty()) {
      question.addTurns(Turn.newBuilder().setRole(Role.ROLE_SYSTEM).setText(system));
    }
    if (maxTokens != null) {
      question.getSamplingBuilder().setMaxTokens(maxTokens);
    }
    String piped = piped();
    String asked = String.join(" ", words);
    if (asked.isBlank() && piped.isBlank()) {
      throw CommandFailure.usage(
          "nothing is asked (expected: a question, or one that is piped in)");
    }
    String between = asked.isBlank() || piped.isBlank() ? "" : "\n\n";
    return question
        .addTurns(
            Turn.newBuilder()
                .setRole(Role.ROLE_USER)
                .setText((piped.isBlank() ? "" : piped) + between + asked))
        .build();
  }

  private String route() {
    String named = model == null ? environment.getOrDefault("PARLEY_MODEL", "") : model;
    if (!provider.isEmpty()) {
      return named.isEmpty() ? provider : provider + "/" + named;
    }
    if (named.isEmpty()) {
      streams.err().println("no --model: an answer is simulated; parley models lists real ones");
      streams.err().flush();
      return DEFAULT_MODEL;
    }
    return named;
  }

  private String piped() throws IOException {
    if (streams.tty().input()) {
      return "";
    }
    byte[] bytes = streams.in().readNBytes(MAX_PIPED_BYTES + 1);
    if (bytes.length > MAX_PIPED_BYTES) {
      throw CommandFailure.usage(
          "more than %d bytes are piped in (expected: at most that)".formatted(MAX_PIPED_BYTES));
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private int print(AnswerStream answer) throws InterruptedException {
    try (AtSignal _ = AtSignal.run(this::endLine)) {
      for (ChatResponse piece = answer.next(); piece != null; piece = answer.next()) {
        if (json) {
          streams.out().println(JsonLines.of(piece));
        } else {
          String text = piece.getText() + piece.getRefusal();
          streams.out().print(text);
          if (!text.isEmpty()) {
            open.set(!text.endsWith("\n"));
          }
        }
        streams.out().flush();
        if (piece.hasError()) {
          throw CommandFailure.failed(words(piece.getError()));
        }
        boolean proper = piece.getFinished().getReason() == StopReason.STOP_REASON_STOP;
        if (piece.hasFinished() && !json && (streams.tty().error() || !proper)) {
          endLine();
          streams.err().println(words(piece.getFinished()));
        }
        if (streams.out().checkError()) {
          return ExitCode.FAILED; // nobody reads any more
        }
      }
      return ExitCode.OK;
    } finally {
      endLine();
    }
  }

  private void endLine() {
    if (open.getAndSet(false)) {
      streams.out().println();
      streams.out().flush();
    }
  }

  private static String words(ModelError error) {
    String who = error.getRoute().isEmpty() ? "" : error.getRoute() + ": ";
    String again =
        error.hasRetryAfter()
            ? "%nTry again in %d s.".formatted(error.getRetryAfter().getSeconds() + 1)
            : "";
    return who + error.getMessage() + again;
  }

  private static String words(Finished finished) {
    Usage usage = finished.getUsage();
    String tokens =
        usage.hasInputTokens() && usage.hasOutputTokens()
            ? "%d tokens in, %d out, ".formatted(usage.getInputTokens(), usage.getOutputTokens())
            : "";
    double first =
        finished.getTimeToFirstToken().getSeconds()
            + finished.getTimeToFirstToken().getNanos() / NANOS;
    String why =
        finished.getReason() == StopReason.STOP_REASON_STOP
            ? ""
            : ", ended by " + finished.getReason().name().substring("STOP_REASON_".length());
    return "(%sfirst after %.2f s%s)".formatted(tokens, first, why);
  }
}
