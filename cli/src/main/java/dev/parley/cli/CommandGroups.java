package dev.parley.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.UsageMessageSpec;

/// Lists the sub-commands of `parley` in groups instead of one row. A pure function, but for the
/// command that it changes.
final class CommandGroups {
  private record Group(String title, List<String> commands) {}

  private static final List<Group> GROUPS =
      List.of(
          new Group("Talk", List.of("chat")),
          new Group("Script", List.of("send", "tail", "history", "search", "rooms", "users")),
          new Group("Ask models", List.of("ask", "models")),
          new Group("Move", List.of("import", "export", "replay")),
          new Group("Serve", List.of("serve", "config", "check", "backup", "restore", "bench")),
          new Group("Help", List.of("selftest", "completion", "help")));

  /// Columns before a description.
  private static final String INDENT = " ".repeat(14);

  private CommandGroups() {}

  static void install(CommandLine commands) {
    commands
        .getHelpSectionMap()
        .put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, CommandGroups::list);
  }

  private static String list(Help help) {
    StringBuilder text = new StringBuilder();
    Map<String, Help> left = new LinkedHashMap<>(help.subcommands());
    GROUPS.forEach(group -> text.append(list(group, left)));
    // A command that nobody put into a group is shown all the same.
    text.append(list(new Group("Other", List.copyOf(left.keySet())), left));
    return text.toString();
  }

  private static String list(Group group, Map<String, Help> left) {
    StringBuilder text = new StringBuilder();
    for (String name : group.commands()) {
      Help command = left.remove(name);
      if (command != null) {
        String[] told = command.commandSpec().usageMessage().description();
        String words = told.length == 0 ? "" : told[0];
        int width = command.commandSpec().usageMessage().width() - INDENT.length();
        String description = String.join("%n".formatted() + INDENT, Paragraphs.wrap(words, width));
        text.append("  %-11s %s%n".formatted(name, description));
      }
    }
    return text.isEmpty() ? "" : "%n%s:%n%s".formatted(group.title(), text);
  }
}
