package dev.parley.cli.script;

import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.chat.v1.MemberRole;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomVisibility;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.ExitCode;
import dev.parley.cli.command.Given;
import dev.parley.cli.command.RoomName;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.command.Streams;
import dev.parley.cli.output.PlainText;
import dev.parley.cli.render.Tables;
import dev.parley.client.ParleyClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/// `parley rooms`, and what it does to one: create, delete, add, remove.
@Command(
    name = "rooms",
    description = "Lists the rooms that you may see; makes rooms, members, owners.",
    synopsisSubcommandLabel = "[create | delete | add | remove]",
    footer = {
      "",
      "Examples:",
      "  parley rooms --joined --json | jq -r 'select(.unreadCount) | .id'",
      "  parley rooms create ops --name 'The Ops'",
      "  parley rooms add ops ben --role moderator",
      "  parley rooms delete ops --yes"
    })
public final class RoomsCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private ServerOptions server = new ServerOptions();

  @Option(names = "--joined", description = "Only rooms that you are a member of.")
  private boolean joined;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "One parley.chat.v1.Room a line.")
  private boolean json;

  public RoomsCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    return with(client -> print(client.rooms(joined)));
  }

  @Command(
      name = "create",
      description = "Makes a room, which is yours then.",
      footer = {"", "Example:  parley rooms create ops --name 'The Ops' --private"})
  int create(
      @Parameters(paramLabel = "ID", description = "Its id: 1 to 128 bytes without spaces.")
          String id,
      @Option(names = "--name", paramLabel = "NAME", description = "To show. Default: the id.")
          @Nullable String name,
      @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.")
          @Nullable String description,
      @Option(names = "--private", description = "Only members know of it.") boolean hidden) {
    String wrong = Given.wrongRoom(id);
    if (wrong != null) {
      throw CommandFailure.usage(wrong);
    }
    CreateRoomRequest.Builder request = CreateRoomRequest.newBuilder().setRoomId(id);
    request.setVisibility(
        hidden ? RoomVisibility.ROOM_VISIBILITY_PRIVATE : RoomVisibility.ROOM_VISIBILITY_PUBLIC);
    if (name != null) {
      request.setName(name);
    }
    if (description != null) {
      request.setDescription(description);
    }
    return with(client -> print(List.of(client.createRoom(request.build()))));
  }

  @Command(
      name = "delete",
      description = "Deletes a room of yours with all that was said in it, for good.",
      footer = {"", "Its id cannot be used again. Asks first, unless told --yes."})
  int delete(
      @Parameters(paramLabel = "ID", description = "The room.") String id,
      @Option(
              names = {"-y", "--yes"},
              description = "Do not ask.")
          boolean yes)
      throws IOException {
    if (!yes) {
      confirm(id);
    }
    return with(client -> client.deleteRoom(id));
  }

  /// What somebody may do in a room.
  enum Role {
    member(MemberRole.MEMBER_ROLE_MEMBER),
    moderator(MemberRole.MEMBER_ROLE_MODERATOR),
    owner(MemberRole.MEMBER_ROLE_OWNER);

    private final MemberRole inProtocol;

    Role(MemberRole inProtocol) {
      this.inProtocol = inProtocol;
    }
  }

  @Command(
      name = "add",
      description = "Makes somebody a member of a room, or gives a member another role.",
      footer = {
        "",
        "Moderators may change the room, add and remove members and delete anyone's messages;"
            + " owners may do everything. Only they can do this.",
        "",
        "Example:  parley rooms add ops ben --role owner"
      })
  int add(
      @Parameters(paramLabel = "ROOM", description = "The room.") String id,
      @Parameters(paramLabel = "USER", description = "Who.") String who,
      @Option(
              names = "--role",
              paramLabel = "ROLE",
              defaultValue = "member",
              description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
          Role role) {
    return with(client -> client.addMember(id, person(who), role.inProtocol));
  }

  @Command(
      name = "remove",
      description = "Takes somebody out of a room; of private ones he knows no more then.")
  int remove(
      @Parameters(paramLabel = "ROOM", description = "The room.") String id,
      @Parameters(paramLabel = "USER", description = "Who.") String who) {
    return with(client -> client.removeMember(id, person(who)));
  }

  private static String person(String name) {
    return RoomName.isPerson(name) ? name.substring(1) : name;
  }

  private void confirm(String id) throws IOException {
    String deed =
        "deletes the room "
            + PlainText.line(id)
            + " with all that was said in it, for good;\n"
            + "        its id cannot be used again";
    if (!streams.tty().input()) {
      throw CommandFailure.usage("this " + deed + "\nIf that is wanted, say --yes.");
    }
    streams.err().print("This " + deed + ".\nGo on? [y/N] ");
    streams.err().flush();
    var typed = new BufferedReader(new InputStreamReader(streams.in(), StandardCharsets.UTF_8));
    String answer = typed.readLine();
    if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).startsWith("y")) {
      throw CommandFailure.failed("nothing was deleted");
    }
  }

  private int with(Consumer<ParleyClient> deed) {
    ParleyClient client = server.client();
    try {
      deed.accept(client);
      return ExitCode.OK;
    } finally {
      client.close(Duration.ZERO);
    }
  }

  private void print(List<Room> rooms) {
    var printing = new Printing(streams, server.user());
    if (json) {
      printing.json(rooms);
    } else {
      printing.table(Tables.rooms(rooms, server.user()));
    }
  }
}
