package dev.parley.bench.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The provider alone, asked over a socket without any client in between.
final class FakeProviderTest {
  private static final int DELTAS = 6;
  private static final int DEADLINE_MILLIS = 30_000;
  private static final Pattern DELTA = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{16};");

  private FakeProvider provider;

  @BeforeEach
  void start() throws IOException {
    provider =
        FakeProvider.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new Script(DELTAS, Duration.ofMillis(2).toNanos()));
  }

  @AfterEach
  void stop() {
    provider.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(provider.address().getAddress(), provider.address().getPort());
    socket.setSoTimeout(DEADLINE_MILLIS);
    return socket;
  }

  private static void send(Socket socket, String request, String body) throws IOException {
    socket
        .getOutputStream()
        .write(
            "%s HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(request, body.length(), body)
                .getBytes(StandardCharsets.UTF_8));
  }

  private static void ask(Socket socket, int question, Behaviour behaviour) throws IOException {
    send(
        socket,
        "POST /v1/chat/completions",
        """
        {"model":"%s","stream":true,"messages":[{"role":"user","content":"%s"}]}\
        """
            .formatted(behaviour.model(), DeltaText.question(question)));
  }

  /// What comes until a text does, or the end of the connection.
  private static String readTo(Socket socket, String last) throws IOException {
    StringBuilder read = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (read.indexOf(last) < 0) {
      int next = in.read();
      if (next < 0) {
        return read.toString();
      }
      read.append((char) next);
    }
    return read.toString();
  }

  private static List<DeltaText> deltas(String answer) {
    return DELTA.matcher(answer).results().map(MatchResult::group).map(DeltaText::parse).toList();
  }

  private static void await(BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofMillis(DEADLINE_MILLIS).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      Thread.sleep(1);
    }
  }

  private Visit visit(int question) throws InterruptedException {
    await(() -> provider.journal().of(question) != null);
    return Objects.requireNonNull(provider.journal().of(question));
  }

  private Visit ended(int question) throws InterruptedException {
    Visit visit = visit(question);
    await(() -> visit.end() != null);
    return visit;
  }

  @Test
  void answersInFullAndAgainOnTheSameConnection() throws Exception {
    try (Socket socket = connect()) {
      for (int question = 7; question < 9; question++) {
        ask(socket, question, Behaviour.OK);
        String answer = readTo(socket, "0\r\n\r\n");
        assertThat(answer)
            .startsWith("HTTP/1.1 200 OK")
            .contains("\"finish_reason\":\"stop\"")
            .contains("data: [DONE]");
        List<DeltaText> deltas = deltas(answer);
        assertThat(deltas).extracting(DeltaText::index).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(deltas).extracting(DeltaText::question).containsOnly(question);
      }
    }
    assertThat(provider.journal().came()).isEqualTo(2);
    assertThat(provider.journal().visits())
        .extracting(Visit::end)
        .containsExactly(Visit.End.COMPLETE, Visit.End.COMPLETE);
  }

  @Test
  void theJournalKnowsWhenEachDeltaWasWrittenAndTheTextSaysTheSame() throws Exception {
    try (Socket socket = connect()) {
      ask(socket, 1, Behaviour.OK);
      List<DeltaText> deltas = deltas(readTo(socket, "[DONE]"));
      Visit visit = ended(1);
      assertThat(visit.written()).isEqualTo(DELTAS);
      for (DeltaText delta : deltas) {
        assertThat(visit.wroteNanos(delta.index())).isEqualTo(delta.sentNanos());
        // On a schedule that begins after the question came: never before its time.
        assertThat(delta.sentNanos() - visit.cameNanos())
            .isGreaterThanOrEqualTo(Duration.ofMillis(2).toNanos() * (delta.index() + 1));
      }
      assertThat(visit.endedNanos()).isGreaterThanOrEqualTo(deltas.getLast().sentNanos());
    }
  }

  @Test
  void notesWhoGoesAwayInMidstreamAndBeforeTheFirstToken() throws Exception {
    try (Socket socket = connect()) {
      ask(socket, 1, Behaviour.STALL);
      String _ = readTo(socket, ";");
      assertThat(visit(1).end()).isNull();
    }
    try (Socket socket = connect()) {
      ask(socket, 2, Behaviour.SILENT);
      assertThat(visit(2).end()).isNull();
      assertThat(provider.journal().open()).isPositive();
    }
    assertThat(ended(1).end()).isEqualTo(Visit.End.ABORTED);
    assertThat(ended(2).end()).isEqualTo(Visit.End.ABORTED);
    assertThat(visit(2).written()).isZero();
    assertThat(provider.journal().open()).isZero();
  }

  @Test
  void cutsTheConnectionInMidstream() throws Exception {
    try (Socket socket = connect()) {
      ask(socket, 1, Behaviour.CUT);
      String answer = readTo(socket, "nothing says this");
      assertThat(deltas(answer)).hasSize(DELTAS / 2);
      assertThat(answer).doesNotContain("[DONE]").doesNotEndWith("0\r\n\r\n");
    }
    assertThat(ended(1).end()).isEqualTo(Visit.End.CUT);
  }

  @Test
  void tellsOfAnErrorInMidstream() throws Exception {
    try (Socket socket = connect()) {
      ask(socket, 1, Behaviour.ERROR);
      String answer = readTo(socket, "0\r\n\r\n");
      assertThat(deltas(answer)).hasSize(DELTAS / 2);
      assertThat(answer).contains("{\"error\":{").doesNotContain("[DONE]");
    }
    assertThat(ended(1).end()).isEqualTo(Visit.End.CUT);
  }

  @Test
  void sendsBrokenJsonInMidstreamAndGoesOn() throws Exception {
    try (Socket socket = connect()) {
      ask(socket, 1, Behaviour.BROKEN);
      String answer = readTo(socket, "0\r\n\r\n");
      assertThat(deltas(answer)).hasSize(DELTAS);
      assertThat(answer).contains("\"content\":\"half of\n\n").contains("[DONE]");
    }
  }

  @Test
  void refusesWithAStatusAndATimeToComeBack() throws Exception {
    try (Socket socket = connect()) {
      ask(socket, 1, Behaviour.BUSY);
      assertThat(readTo(socket, "\"}").toLowerCase(Locale.ROOT))
          .startsWith("http/1.1 429")
          .contains("retry-after: 1\r\n");
    }
    try (Socket socket = connect()) {
      ask(socket, 2, Behaviour.FAIL);
      assertThat(readTo(socket, "}")).startsWith("HTTP/1.1 500");
    }
    assertThat(ended(2).end()).isEqualTo(Visit.End.COMPLETE);
  }

  @Test
  void refusesWhatItDoesNotUnderstand() throws Exception {
    for (String body : List.of("{", "{\"model\":\"ok\",\"messages\":[1]}", "{\"model\":\"gpt\"}")) {
      try (Socket socket = connect()) {
        send(socket, "POST /v1/chat/completions", body);
        assertThat(readTo(socket, "}")).startsWith("HTTP/1.1 400");
      }
    }
    try (Socket socket = connect()) {
      send(socket, "GET /", "");
      assertThat(readTo(socket, "}")).startsWith("HTTP/1.1 404");
    }
    assertThat(provider.journal().came()).isZero();
  }

  private String predict(Socket socket, int question, Behaviour behaviour) throws IOException {
    send(
        socket,
        "POST /v1/models/bench/%s/predictions".formatted(behaviour.model()),
        "{\"input\":{\"prompt\":\"%s\"},\"stream\":true}".formatted(DeltaText.question(question)));
    String begun = readTo(socket, "}}");
    assertThat(begun).startsWith("HTTP/1.1 201").contains("\"stream\":\"http://here/v1/streams/");
    return begun.replaceFirst("(?s).*\"id\":\"(\\w+)\".*", "$1");
  }

  @Test
  void predictsInTwoSteps() throws Exception {
    try (Socket socket = connect()) {
      String id = predict(socket, 5, Behaviour.OK);
      send(socket, "GET /v1/streams/" + id, "");
      String answer = readTo(socket, "0\r\n\r\n");
      assertThat(deltas(answer)).extracting(DeltaText::index).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(answer).contains("event: output\nid: 5\n").contains("event: done\ndata: {}\n");
    }
    assertThat(ended(5).end()).isEqualTo(Visit.End.COMPLETE);
  }

  @Test
  void goesOnWithAPredictionWhereItsStreamWasCut() throws Exception {
    String id;
    try (Socket socket = connect()) {
      id = predict(socket, 5, Behaviour.OK);
    }
    try (Socket socket = connect()) {
      send(socket, "GET /v1/streams/%s HTTP/1.1\r\nLast-Event-ID: 3\r\nX: ".formatted(id), "");
      assertThat(deltas(readTo(socket, "0\r\n\r\n")))
          .extracting(DeltaText::index)
          .containsExactly(4, 5);
    }
  }

  @Test
  void aPredictionThatIsCancelledEnds() throws Exception {
    try (Socket asking = connect();
        Socket stream = connect();
        Socket cancelling = connect()) {
      String id = predict(asking, 5, Behaviour.STALL);
      send(stream, "GET /v1/streams/" + id, "");
      String _ = readTo(stream, ";");
      send(cancelling, "POST /v1/predictions/%s/cancel".formatted(id), "");
      assertThat(readTo(cancelling, "}")).startsWith("HTTP/1.1 200").contains("canceled");
      assertThat(readTo(stream, "nothing says this")).doesNotContain("event: done");
    }
    assertThat(ended(5).end()).isEqualTo(Visit.End.ABORTED);
  }

  @Test
  void theJournalIsBounded() {
    Journal journal = new Journal(2);
    for (int i = 0; i <= Journal.MAX_VISITS; i++) {
      Visit _ = journal.came(i, Behaviour.OK);
    }
    assertThat(journal.visits()).hasSize(Journal.MAX_VISITS);
    assertThat(journal.of(0)).isNull();
    assertThat(journal.of(Journal.MAX_VISITS)).isNotNull();
    assertThat(journal.came()).isEqualTo(Journal.MAX_VISITS + 1L);
  }
}
