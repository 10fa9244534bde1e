package dev.parley.cli.replay;

import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.CreateRoomRequest;
import dev.parley.cli.command.AtSignal;
import dev.parley.cli.command.CommandFailure;
import dev.parley.cli.command.Failures;
import dev.parley.cli.command.ServerOptions;
import dev.parley.cli.output.Progress;
import dev.parley.cli.source.MessageSource;
import dev.parley.cli.source.SourceItem;
import dev.parley.client.JoinFrom;
import dev.parley.client.OutgoingMessage;
import dev.parley.client.ParleyClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Plays a conversation through real clients. Owned by one thread, which also paces; see
/// [DeliveryCheck] for what is checked meanwhile.
final class Replay implements AutoCloseable {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
  private static final long POLL_MILLIS = 20;

  // So much of one client waits for acks at most; then the replay waits too.
  private static final int OUTBOX_MESSAGES = 256;
  private static final long OUTBOX_BYTES = 4 << 20;

  private final ServerOptions server;
  private final String room;
  private final Cast cast;
  private final MessageNames names;
  private final DeliveryCheck check;
  private final Progress progress;
  private final List<Member> members = new ArrayList<>();
  private final List<ParleyClient> clients = new ArrayList<>();
  private final int[] sentBy;
  private int sent;
  private @Nullable AtSignal atSignal;
  private volatile boolean passing;

  Replay(ServerOptions server, String room, Cast cast, MessageNames names, Progress progress) {
    this.server = server;
    this.room = room;
    this.cast = cast;
    this.names = names;
    this.progress = progress;
    this.check = new DeliveryCheck(cast.messages());
    this.sentBy = new int[cast.authors().size()];
  }

  /// Makes the room.
  ///
  /// @param keep whether it stays there after the end
  void makeRoom(boolean keep) {
    atSignal = AtSignal.run(ANSWER_TIMEOUT, this::interrupted);
    asOwner(client -> client.createRoom(CreateRoomRequest.newBuilder().setRoomId(room).build()));
    passing = !keep;
  }

  // A signal ends the process: the room goes with it.
  private void interrupted() {
    progress.end("interrupted" + (passing ? "; deleting the room " + room : ""));
    try {
      tidy();
    } catch (RuntimeException failure) {
      progress.end(
          "the room %s is still there (%s); to delete it: parley rooms delete %s --yes"
              .formatted(room, Failures.shortly(failure), room));
    }
  }

  private synchronized void tidy() {
    if (passing) {
      passing = false;
      asOwner(client -> client.deleteRoom(room));
    }
  }

  private void asOwner(Consumer<ParleyClient> deed) {
    ParleyClient client = server.client();
    try {
      deed.accept(client);
    } finally {
      client.close(Duration.ZERO);
    }
  }

  /// Connects everybody and brings them into the room.
  void gather() throws InterruptedException {
    List<CompletableFuture<?>> joins = new ArrayList<>();
    for (String author : cast.authors()) {
      var member = new Member(author, room, names, check);
      var builder = server.builder(author).outbox(OUTBOX_MESSAGES, OUTBOX_BYTES);
      ParleyClient client = server.connect(builder, member);
      members.add(member);
      clients.add(client);
      joins.add(client.join(room, JoinFrom.now()));
    }
    try {
      CompletableFuture.allOf(joins.toArray(CompletableFuture[]::new))
          .get(ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException _) {
      throw CommandFailure.noAnswer("not everybody could join within " + ANSWER_TIMEOUT);
    } catch (ExecutionException failure) {
      throw CommandFailure.failed("cannot join " + room + ": " + Failures.words(failure));
    }
  }

  /// Sends everything at its time.
  void play(MessageSource source, Pace pace) throws IOException, InterruptedException {
    Map<String, Integer> places = cast.places();
    long start = System.nanoTime();
    for (SourceItem item = source.next();
        item != null && sent < cast.messages();
        item = source.next()) {
      if (item instanceof SourceItem.Message said) {
        ChatMessage message = said.message();
        Instant time = Instant.ofEpochSecond(message.getTimestamp().getSeconds());
        sleepUntil(start + pace.dueNanos(time));
        send(message, Cast.place(message, places));
      }
    }
  }

  private void send(ChatMessage message, int place) throws InterruptedException {
    int number = sent++;
    sentBy[place]++;
    OutgoingMessage outgoing =
        OutgoingMessage.of(room, message.getContent())
            .withId(names.id(number))
            .mentioning(message.getMentionsList());
    var _ =
        clients
            .get(place)
            .sendBlocking(outgoing)
            .whenComplete(
                (ack, failure) -> {
                  if (failure == null) {
                    check.acked(number, ack.getSequence(), ack.getDuplicate());
                  } else {
                    check.refused(number, Failures.words(failure));
                  }
                });
    update();
  }

  /// Waits until everybody has everything, or nothing has come for a while.
  void settle() throws InterruptedException {
    long before = -1;
    long quietSince = System.nanoTime();
    while (System.nanoTime() - quietSince < ANSWER_TIMEOUT.toNanos()) {
      long answered = check.acked() + check.refused();
      long received = members.stream().mapToLong(Member::count).sum();
      if (answered == sent && received >= check.acked() * members.size()) {
        break;
      }
      if (answered + received != before) {
        before = answered + received;
        quietSince = System.nanoTime();
      }
      update();
      Thread.sleep(POLL_MILLIS);
    }
    compare();
    progress.clear();
  }

  private void compare() {
    for (int message = 0; message < sent; message++) {
      if (check.sequence(message) == 0) {
        check.violated("message %d was neither acknowledged nor refused".formatted(message));
      }
    }
    for (Member member : members) {
      int missing = member.firstMissing(sent);
      if (missing >= 0) {
        check.violated(
            "%s did not get message %d (sequence %d)"
                .formatted(member.name(), missing, check.sequence(missing)));
      }
    }
  }

  /// What came of it.
  ReplayResult result() {
    List<ReplayResult.Line> lines = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      lines.add(
          new ReplayResult.Line(
              member.name(), sentBy[i], member.count(), member.connections() - 1));
    }
    return new ReplayResult(
        room, sent, check.acked(), lines, progress.seconds(), check.violation());
  }

  private void update() {
    progress.update(check.acked(), (double) check.acked() / Math.max(1, cast.messages()));
  }

  private void sleepUntil(long nanoTime) throws InterruptedException {
    for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
      update();
      TimeUnit.NANOSECONDS.sleep(Math.min(left, 200_000_000L));
    }
  }

  @Override
  public void close() {
    List<CompletableFuture<Integer>> ends =
        clients.stream().map(client -> client.closeAsync(Duration.ofSeconds(1))).toList();
    ends.forEach(CompletableFuture::join);
    tidy();
    if (atSignal != null) {
      atSignal.close();
    }
  }
}
