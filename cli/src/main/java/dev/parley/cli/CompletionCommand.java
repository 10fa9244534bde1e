package dev.parley.cli;

import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.Streams;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `parley completion`.
@Command(
    name = "completion",
    description = "Prints a script that completes commands and options in a shell.",
    footer = {
      "",
      "Examples:",
      "  source <(parley completion bash)                       # now",
      "  parley completion bash > ~/.local/share/bash-completion/completions/parley",
      "  echo 'source <(parley completion zsh)' >> ~/.zshrc     # always"
    })
final class CompletionCommand implements Callable<Integer> {
  /// Shells that there are scripts for. The script is the same: it finds out which one runs it.
  enum Shell {
    bash,
    zsh
  }

  private final Streams streams;
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
  private Shell shell = Shell.bash;

  CompletionCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (shell == Shell.zsh) {
      streams.out().println("autoload -Uz compinit && compinit");
    }
    streams.out().print(AutoComplete.bash("parley", spec.root().commandLine()));
    streams.out().flush();
    return ExitCode.OK;
  }
}
