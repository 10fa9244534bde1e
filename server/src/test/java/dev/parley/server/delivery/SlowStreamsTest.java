package dev.parley.server.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.Limits;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Tail;
import dev.parley.core.topic.Tails;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a stream that does not keep up holds, and how it gets the rest.
@Timeout(60)
class SlowStreamsTest extends LoopFixture {
  @Test
  void ofACommitOfMegabytesAStreamThatDoesNotReadHoldsAPage() throws Exception {
    Client stalled = clientThatDoesNotRead();
    Client live = client(HALL);
    String[] texts = texts(50, 40_000);
    commit(texts);
    assertThat(stalled.got).hasSize(2);
    while (onLoop(() -> stalled.got.size()) < texts.length) {
      read(stalled);
    }
    assertThat(stalled.got).containsExactly(texts);
    assertThat(stalled.mostUnread).isLessThan(3 * 40_000);
    awaitMoreThan(texts.length - 1, live);
    assertThat(live.got).containsExactly(texts);
  }

  private static String[] texts(int count, int length) {
    return IntStream.range(0, count).mapToObj(i -> i + "x".repeat(length)).toArray(String[]::new);
  }

  @Test
  void aCommitOfManyPagesIsEncodedOnceForAllWhoKeepUp() throws Exception {
    List<Client> clients = List.of(client(HALL), client(HALL), client(HALL));
    String[] texts = texts(50, 40_000);
    commit(texts);
    for (Client client : clients) {
      awaitMoreThan(texts.length - 1, client);
      assertThat(client.got).containsExactly(texts);
    }
    assertThat(onLoop(() -> format.encoded)).isEqualTo(texts.length);
  }

  @Test
  void thoseWhoAreBehindAtDifferentPlacesAreSoonFedTheSamePages() throws Exception {
    String[] texts = texts(5_000, 100);
    journal(texts);
    List<Client> clients = new ArrayList<>();
    for (int after : new int[] {0, 1, 200, 300}) {
      clients.add(
          onLoop(
              () -> {
                Client client = new Client(false);
                client.reads = false;
                return client.in(HALL, texts.length, after);
              }));
    }
    for (Client client : clients) {
      while (onLoop(() -> readsAndWaits(client))) {
        Thread.onSpinWait();
      }
    }
    assertThat(clients)
        .extracting(client -> client.got.size())
        .containsExactly(5_000, 4_999, 4_800, 4_700);
    assertThat(clients)
        .allSatisfy(client -> assertThat(texts).endsWith(client.got.toArray(String[]::new)));
    // Everything once, and the ways of three of them to the end of a page.
    assertThat(onLoop(() -> format.encoded)).isBetween(5_000, 5_000 + 3 * 256);
  }

  @Test
  void ofPagesNoMoreBytesAreKeptThanFit() throws Exception {
    String[] texts = texts(60, 60_000); // fewer than any number of pages, but 3.6 MB
    journal(texts);
    for (int i = 0; i < 2; i++) {
      Client client =
          onLoop(
              () -> {
                Client late = new Client(false);
                late.reads = false;
                return late.in(HALL, texts.length, 0);
              });
      while (onLoop(() -> readsAndWaits(client))) {
        Thread.onSpinWait();
      }
      assertThat(client.got).containsExactly(texts);
    }
    assertThat(onLoop(() -> format.encoded)).isEqualTo(2 * texts.length);
  }

  private static boolean readsAndWaits(Client client) {
    client.read();
    return !client.stream.isCaughtUp();
  }

  @Test
  void whoIsTakenOutOfATopicHasEverythingOfTheCommitBefore() throws Exception {
    Client keepsUp = client(HALL);
    Client stalled = clientThatDoesNotRead();
    String[] texts = texts(50, 40_000);
    queue(texts);
    loop.evict(HALL, new Decision.Eviction(null, "deleted"));
    loop.flush();
    var unused = onLoop(() -> null);
    assertThat(keepsUp.got).containsExactly(texts);
    assertThat(stalled.got).containsExactly(texts);
  }

  @Test
  void ofSignalsTheNewestOfEachKindWaits() throws Exception {
    Client stalled = clientThatDoesNotRead();
    fill(stalled);
    for (int i = 0; i < 1_000; i++) {
      tell("typing", "typing " + i);
      tell("reading", "reading " + i);
    }
    assertThat(stalled.got).isEmpty();
    read(stalled);
    assertThat(stalled.got).containsExactly("typing 999", "reading 999");
  }

  @Test
  void ofManySignalsTheNewestWait() throws Exception {
    Client stalled = clientThatDoesNotRead();
    fill(stalled);
    for (int i = 0; i < 1_000; i++) {
      tell("kind " + i, "of " + i);
    }
    read(stalled);
    assertThat(stalled.got)
        .hasSize(Limits.MAX_WAITING_SIGNALS)
        .startsWith("of " + (1_000 - Limits.MAX_WAITING_SIGNALS))
        .endsWith("of 999");
  }

  @Test
  void ofLargeSignalsThoseWaitThatDoNotTakeTooMuch() throws Exception {
    Client stalled = clientThatDoesNotRead();
    fill(stalled);
    for (int i = 0; i < 100; i++) {
      tell("kind " + i, i + "x".repeat(20_000));
    }
    tell("kind 99", "short after all");
    tell("kind 100", "short too");
    read(stalled);
    assertThat(stalled.got).hasSize(4).endsWith("short after all", "short too");
  }

  @Test
  void theNewestSignalWaitsHoweverLargeItIs() throws Exception {
    Client stalled = clientThatDoesNotRead();
    fill(stalled);
    String large = "x".repeat(2 * Limits.MAX_WAITING_SIGNAL_BYTES);
    tell("older", "gives way");
    tell("newest", large);
    read(stalled);
    assertThat(stalled.got).containsExactly(large);
  }

  @Test
  void whatIsInMemoryIsNotReadFromTheJournal() throws Exception {
    Tail tail = new Tail(16, 1 << 16);
    for (int i = 1; i <= 5; i++) {
      Tails.add(tail, entry(i, "text " + i));
    }
    Client late = onLoop(() -> new Client(false).in(HALL, tail, 5, 2)); // the journal is empty
    assertThat(late.got).containsExactly("text 3", "text 4", "text 5");
    publish(HALL, 6, "text 6");
    assertThat(late.got).endsWith("text 5", "text 6");
  }
}
