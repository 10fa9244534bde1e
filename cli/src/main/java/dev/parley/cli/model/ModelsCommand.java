package dev.parley.cli.model;

import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.JsonLines;
import dev.parley.client.ParleyClient;
import dev.parley.model.v1.KnownCredential;
import dev.parley.model.v1.Provider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `parley models`.
@Command(
    name = "models",
    description = "Lists the models that the server can ask.",
    footer = {
      "",
      "Each provider is asked, which shows whether its credentials work. Exits with 1 if one",
      "does not."
    })
public final class ModelsCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private ServerOptions server = new ServerOptions();

  @Option(names = "--json", description = "One parley.model.v1.Provider a line.")
  private boolean json;

  public ModelsCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    ParleyClient client = server.client();
    try {
      List<Provider> providers = client.providers();
      for (Provider provider : providers) {
        if (json) {
          streams.out().println(JsonLines.of(provider));
        } else {
          print(provider);
        }
      }
      streams.out().flush();
      boolean failed =
          providers.stream()
              .flatMap(provider -> provider.getCredentialsList().stream())
              .anyMatch(KnownCredential::hasError);
      return failed ? ExitCode.FAILED : ExitCode.OK;
    } finally {
      client.close(Duration.ZERO);
    }
  }

  private void print(Provider provider) {
    for (KnownCredential credential : provider.getCredentialsList()) {
      if (credential.hasError()) {
        String which =
            provider.getCredentialsCount() == 1
                ? provider.getName()
                : "%s, credential %s".formatted(provider.getName(), credential.getName());
        streams.err().println(which + ": " + credential.getError().getMessage());
      }
    }
    if (!provider.hasError() && provider.getModelsCount() == 0) {
      streams.out().println(provider.getName() + "/…"); // it does not list them
    }
    provider
        .getModelsList()
        .forEach(model -> streams.out().println(provider.getName() + "/" + model));
  }
}
