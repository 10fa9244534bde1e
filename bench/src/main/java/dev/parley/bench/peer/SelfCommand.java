package dev.parley.bench.peer;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How to start this very program once more: the same Java, options, classes and main class.
///
/// @param mainClass name of the main class
public record SelfCommand(String mainClass) {
  /// The command line with arguments for the program.
  ///
  /// The child is not interrupted by Ctrl-C on the terminal, where there is a shell to arrange
  /// that: this process ends its children when it is done.
  public List<String> with(List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (Path.of("/bin/sh").toFile().canExecute()) {
      command.addAll(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(SelfCommand::isForChildren)
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(arguments);
    return command;
  }

  // Two processes cannot write one file, nor listen for one debugger.
  private static boolean isForChildren(String option) {
    return !option.startsWith("-agentlib")
        && !option.startsWith("-javaagent")
        && !option.startsWith("-XX:AOTCacheOutput")
        && !option.startsWith("-XX:StartFlightRecording");
  }
}
