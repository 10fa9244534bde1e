package dev.parley.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.ChatServiceGrpc;
import dev.parley.chat.v1.ErrorEvent;
import dev.parley.chat.v1.GetHistoryRequest;
import dev.parley.chat.v1.User;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One user's view of a server whose storage fails for a while: what was acknowledged, what was
/// refused, and that nothing of this is ever told differently. For one thread.
final class Outage implements AutoCloseable {
  private static final String ROOM = "general";
  private static final String USER = "ada";

  /// Enough of the longest texts to fill what a file has left over, and a log.
  private static final int MAX_SENDS = 5_000;

  private static final String TEXT = "words that take room ".repeat(400);
  private static final Metadata.Key<String> CALLER =
      Metadata.Key.of("parley-user", Metadata.ASCII_STRING_MARSHALLER);

  private final ServerProcess server;
  private final Set<String> reasons;
  private final RawStream stream;
  private final Map<String, Long> acknowledged = new LinkedHashMap<>();
  private final List<String> refused = new ArrayList<>();
  private int number;

  /// @param reasons that refusals may have
  Outage(ServerProcess server, String... reasons) {
    this.server = server;
    this.reasons = Set.of(reasons);
    stream = RawStream.open(server.address(), USER, Map.of(ROOM, 0L));
    Journal.read(server.address(), List.of(ROOM)); // the archivist is a member from now on
  }

  /// Sends a message; true: it was acknowledged.
  boolean say() {
    String id = USER + "-" + ++number;
    return say(id);
  }

  private boolean say(String id) {
    stream.say(ROOM, id, TEXT);
    ChatEvent answer = stream.answer(id);
    if (answer.hasAck()) {
      assertThat(answer.getAck().getDuplicate()).as("%s", answer).isFalse();
      acknowledged.put(id, answer.getAck().getSequence());
      return true;
    }
    ErrorEvent error = answer.getError();
    assertThat(error.getReason()).as("%s", error).isIn(reasons);
    assertThat(error.hasRetryAfter()).as("%s", error).isTrue();
    refused.add(id);
    return false;
  }

  /// Sends messages that must be acknowledged.
  void sayAcknowledged(int messages) {
    for (int i = 0; i < messages; i++) {
      assertThat(say()).as("acknowledged: %s-%d", USER, number).isTrue();
    }
  }

  /// Sends until something is refused, and some more.
  void sayUntilRefused() {
    int sends = 0;
    while (say()) {
      sends++;
      assertThat(sends).as("sends until one is refused").isLessThan(MAX_SENDS);
    }
    for (int i = 0; i < 20; i++) {
      say();
    }
  }

  /// Checks that the server says that it cannot store, and that all else goes on: the stream,
  /// history, and coming back to where one was.
  void checkThatReadingGoesOn() {
    stream.pingPong();
    Health.await(server.address(), ServingStatus.NOT_SERVING);
    checkJournal();
    ManagedChannel channel = RawStream.channel(server.address());
    try {
      Metadata caller = new Metadata();
      caller.put(CALLER, USER);
      List<String> ids = new ArrayList<>();
      ChatServiceGrpc.newBlockingStub(channel)
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(caller))
          .getHistory(GetHistoryRequest.newBuilder().setRoomId(ROOM).setLimit(1_000).build())
          .forEachRemaining(message -> ids.add(message.getId()));
      List<String> expected = List.copyOf(acknowledged.keySet());
      assertThat(ids).endsWith(expected.getLast());
      assertThat(expected).endsWith(ids.toArray(String[]::new));
    } finally {
      channel.shutdownNow();
    }
    checkResume();
  }

  private void checkResume() {
    List<Long> sequences = List.copyOf(acknowledged.values());
    long middle = sequences.get(sequences.size() / 2);
    long last = sequences.getLast();
    try (RawStream again = RawStream.open(server.address(), USER, Map.of(ROOM, middle))) {
      for (long expected = middle + 1; expected <= last; expected++) {
        assertThat(again.next(ChatEvent.EventCase.MESSAGE).getSequence()).isEqualTo(expected);
      }
      again.pingPong();
    }
  }

  /// Waits until the server can store again, and sends again what was refused: it is taken as new,
  /// and the second time as a repeat.
  void recover() {
    Health.await(server.address(), ServingStatus.SERVING);
    List<String> again = List.copyOf(refused);
    refused.clear();
    for (String id : again) {
      assertThat(say(id)).isTrue();
    }
    for (String id : again) {
      stream.say(ROOM, id, TEXT);
      ChatEvent answer = stream.answer(id);
      assertThat(answer.getAck().getDuplicate()).as("%s", answer).isTrue();
      assertThat(answer.getAck().getSequence()).isEqualTo(acknowledged.get(id));
    }
    sayAcknowledged(3);
    checkJournal();
  }

  /// Checks that the server has what was acknowledged, each once, and nothing else.
  void checkJournal() {
    checkJournal(server.address());
  }

  void checkJournal(String address) {
    Map<String, Long> found = new LinkedHashMap<>();
    Journal.read(address, List.of(ROOM))
        .messages(ROOM)
        .forEach(
            (id, event) -> {
              ChatMessage message = event.getMessage();
              User author = message.getSender();
              assertThat(author.getId()).isEqualTo(USER);
              assertThat(message.getContent().getText()).isEqualTo(TEXT);
              found.put(id, event.getSequence());
            });
    assertThat(found).isEqualTo(acknowledged);
  }

  /// Checks that the operator was told once that it began, and once that it ended.
  ///
  /// @param ended whether it has
  void checkLog(boolean ended) {
    assertThat(server.log("ERROR")).as(server.log()).hasSize(1);
    assertThat(server.log("ERROR").getFirst()).contains("storage fails, nothing is stored");
    assertThat(server.log("INFO"))
        .as(server.log())
        .filteredOn(line -> line.endsWith("storage works again"))
        .hasSize(ended ? 1 : 0);
  }

  /// Figures for a report.
  String figures() {
    return "%d acknowledged, %d refused".formatted(acknowledged.size(), refused.size());
  }

  @Override
  public void close() {
    stream.close();
  }
}
