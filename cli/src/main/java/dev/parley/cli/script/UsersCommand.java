package dev.parley.cli.script;

import dev.parley.chat.v1.User;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.RoomName;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.render.Tables;
import dev.parley.client.ParleyClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `parley users`.
@Command(
    name = "users",
    description = "Lists who is online in a room.",
    footer = {"", "Example:", "  parley users general --json | jq -r .id"})
public final class UsersCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(
      index = "0",
      paramLabel = "ROOM",
      description = "The room; @USER for yours with this one.")
  private String room = "";

  @Option(names = "--json", description = "One parley.chat.v1.User a line.")
  private boolean json;

  public UsersCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    ParleyClient client = server.client();
    try {
      List<User> users = client.onlineUsers(RoomName.id(client, room));
      var printing = new Printing(streams, server.user());
      if (json) {
        printing.json(users);
      } else {
        printing.table(Tables.users(users));
      }
      return ExitCode.OK;
    } finally {
      client.close(Duration.ZERO);
    }
  }
}
