package dev.parley.cli.model;

import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.client.AnswerStream;
import dev.parley.client.ParleyClient;
import dev.parley.model.v1.ChatRequest;
import dev.parley.model.v1.Credential;
import dev.parley.model.v1.Role;
import dev.parley.model.v1.Turn;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
  private static final String DEFAULT_MODEL = "simulated";
  private static final String SIMULATED =
      "no --model: an answer is simulated; parley models lists real ones";

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

  public AskCommand(Streams streams, Map<String, String> environment) {
    this.streams = streams;
    this.environment = environment;
  }

  @Override
  public Integer call() throws Exception {
    ChatRequest question = question();
    ParleyClient client = server.client();
    try (AnswerStream answer = client.ask(question)) {
      return new AnswerPrinter(streams, json, isModelNamed() ? "" : SIMULATED).print(answer);
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
    String piped = PipedInput.read(streams);
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
    String named = named();
    if (!provider.isEmpty()) {
      return named.isEmpty() ? provider : provider + "/" + named;
    }
    return named.isEmpty() ? DEFAULT_MODEL : named;
  }

  private boolean isModelNamed() {
    return !provider.isEmpty() || !named().isEmpty();
  }

  private String named() {
    return model == null ? environment.getOrDefault("PARLEY_MODEL", "") : model;
  }
}
