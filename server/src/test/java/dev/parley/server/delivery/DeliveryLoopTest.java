package dev.parley.server.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.error.Reason;
import dev.parley.core.error.Refusal;
import dev.parley.core.limit.Limits;
import dev.parley.core.signal.Signal;
import dev.parley.core.time.Clock;
import dev.parley.core.topic.Attachment;
import dev.parley.core.topic.Decision;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Subscription;
import dev.parley.core.topic.Tail;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import dev.parley.testkit.topic.AppendBuilder;
import dev.parley.testkit.topic.MemoryJournal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What goes wrong for one stream or one topic concerns that one and no other; and what one stream
/// may hold.
@Timeout(60)
class DeliveryLoopTest {
  private static final TopicId HALL = new TopicId("room", "hall");
  private static final TopicId YARD = new TopicId("room", "yard");
  private static final int READY_BYTES = 32 << 10;

  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final MemoryJournal journal = new MemoryJournal();
  private final ReadLanes reads = ReadLanes.of(journal);
  private final Plain format = new Plain();
  private DeliveryLoop loop;

  @BeforeEach
  void begin() {
    loop = new DeliveryLoop(thread, reads.streams(), Clock.system(), Limits.Tunable.defaults());
  }

  @AfterEach
  void end() {
    reads.close();
    thread.shutdownNow();
  }

  /// Entries as their bodies; an entry that says "unspeakable" cannot be encoded.
  private static final class Plain implements WireFormat {
    int encoded;

    @Override
    public WireEvent event(TopicId topic, Entry entry) {
      encoded++;
      String body = new String(entry.body(), UTF_8);
      if (body.equals("unspeakable")) {
        throw new IllegalStateException("an entry that cannot be encoded");
      }
      return WireEvent.build(1, entry.body().length, out -> out.writeRawBytes(entry.body()));
    }

    @Override
    public List<WireEvent> events(TopicId topic, Signal signal) {
      byte[] text = ((Said) signal).text().getBytes(UTF_8);
      return List.of(WireEvent.build(1, text.length, out -> out.writeRawBytes(text)));
    }

    @Override
    public @Nullable WireEvent caughtUp(TopicId topic, long sequence) {
      return null;
    }

    @Override
    public @Nullable WireEvent closed(TopicId topic, String reason) {
      return null;
    }
  }

  /// A signal that says something, of which the newest of its kind is of interest.
  private record Said(String kind, String text) implements Signal {
    @Override
    public Object key() {
      return kind;
    }

    @Override
    public @Nullable String exceptUser() {
      return null;
    }
  }

  /// A client, which ends its stream as a real one does when it is dropped. Until it reads it is
  /// ready for as much as gRPC takes, if it is one of those who do not read at once.
  private final class Client implements Sink {
    final List<String> got = new ArrayList<>();
    final List<Frame> frames = new ArrayList<>();
    boolean reads = true;
    int unread;
    int mostUnread;
    @Nullable Throwable fault;
    @Nullable Refusal dropped;
    final OutboundStream stream;
    final List<Subscriber> subscribers = new ArrayList<>();

    Client(boolean batches) {
      stream = loop.open(this, format, batches);
    }

    Client in(TopicId topic) {
      return in(topic, 0, 0);
    }

    /// @param last sequence of the journal's end
    /// @param after last sequence that the client has
    Client in(TopicId topic, long last, long after) {
      Profile user = new Profile("u" + System.identityHashCode(this), "u", "u", "");
      Subscriber subscriber =
          loop.subscribe(
              stream,
              topic,
              new Subscription(user, loop, true),
              new Attachment.Begun(last, 1, new Tail(16, 1 << 16), "", 1, List.of(), null),
              null,
              _ -> {});
      subscribers.add(subscriber);
      loop.release(subscriber, after);
      loop.finish();
      return this;
    }

    @Override
    public boolean isReady() {
      return unread < READY_BYTES;
    }

    void read() {
      unread = 0;
      stream.pump();
      loop.finish();
    }

    @Override
    public void send(Frame frame) {
      unread += reads ? 0 : frame.length();
      mostUnread = Math.max(mostUnread, unread);
      switch (fault) {
        case null -> {
          frames.add(frame);
          got.add(text(frame));
        }
        case Error error -> throw error;
        case RuntimeException exception -> throw exception;
        default -> throw new IllegalStateException(fault);
      }
    }

    @Override
    public void caughtUp() {}

    @Override
    public void drop(Refusal refusal) {
      dropped = refusal;
      subscribers.forEach(loop::unsubscribe);
      loop.close(stream);
    }

    private static String text(Frame frame) {
      try {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        frame.writeTo(out);
        return out.toString(UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private <T> T onLoop(Callable<T> task) throws InterruptedException, ExecutionException {
    return thread.submit(task).get();
  }

  private Client client(TopicId... topics) throws Exception {
    return client(false, topics);
  }

  private Client client(boolean batches, TopicId... topics) throws Exception {
    return onLoop(
        () -> {
          Client client = new Client(batches);
          for (TopicId topic : topics) {
            client.in(topic);
          }
          return client;
        });
  }

  private void publish(TopicId topic, long sequence, String body) throws Exception {
    pend(topic, sequence, body);
    flush();
  }

  private void pend(TopicId topic, long sequence, String body) {
    loop.publish(topic, List.of(new Entry(sequence, 1, "ann", null, 0, body.getBytes(UTF_8))));
  }

  private void flush() throws Exception {
    loop.flush();
    var unused = onLoop(() -> null); // flush() has queued a turn before this
  }

  @ParameterizedTest
  @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class})
  void aStreamThatCannotBeSentToEndsAndTheOthersGoOn(Class<? extends Throwable> kind)
      throws Exception {
    Client first = client(HALL);
    Client broken = client(HALL);
    Client last = client(HALL, YARD);
    broken.fault = kind.getConstructor(String.class).newInstance("thrown by the test");
    publish(HALL, 1, "one");
    publish(HALL, 2, "two");
    publish(YARD, 1, "three");
    assertThat(broken.dropped).extracting(Refusal::reason).isEqualTo(Reason.INTERNAL);
    assertThat(broken.got).isEmpty();
    assertThat(first.got).containsExactly("one", "two");
    assertThat(last.got).containsExactly("one", "two", "three");
  }

  @Test
  void commitsThatWaitLeaveAsOneFrameForAllWhoTakeBatches() throws Exception {
    Client one = client(true, HALL);
    Client other = client(true, HALL);
    pend(HALL, 1, "one");
    pend(HALL, 2, "two");
    pend(HALL, 3, "three");
    flush();
    assertThat(one.got).singleElement().asString().contains("one", "two", "three");
    assertThat(other.frames).singleElement().isSameAs(one.frames.getFirst());
    assertThat(format.encoded).isEqualTo(3);
  }

  @Test
  void whatComesFromSeveralTopicsLeavesAsOneFrameOfWhatIsEncodedOnce() throws Exception {
    Client both = client(true, HALL, YARD);
    Client here = client(true, HALL);
    pend(HALL, 1, "one");
    pend(YARD, 1, "two");
    flush();
    assertThat(both.got).singleElement().asString().contains("one", "two");
    assertThat(here.got).singleElement().asString().contains("one").doesNotContain("two");
    assertThat(format.encoded).isEqualTo(2);
  }

  @Test
  void whoTakesNoBatchesGetsEachAloneFromTheSameFrames() throws Exception {
    Client one = client(HALL);
    Client other = client(HALL);
    pend(HALL, 1, "one");
    pend(HALL, 2, "two");
    flush();
    assertThat(one.got).containsExactly("one", "two");
    assertThat(other.frames.get(0)).isSameAs(one.frames.get(0));
    assertThat(other.frames.get(1)).isSameAs(one.frames.get(1));
  }

  @Test
  void aTopicThatCannotBeEncodedCostsItsListenersTheirStreamsAndNobodyElse() throws Exception {
    Client here = client(HALL);
    Client there = client(YARD);
    publish(HALL, 1, "unspeakable");
    publish(YARD, 1, "fine");
    assertThat(here.dropped).extracting(Refusal::reason).isEqualTo(Reason.INTERNAL);
    assertThat(there.dropped).isNull();
    assertThat(there.got).containsExactly("fine");
  }

  @Test
  void aTopicWithAGapCostsItsListenersTheirStreams() throws Exception {
    Client here = client(HALL);
    publish(HALL, 1, "one");
    publish(HALL, 3, "three");
    assertThat(here.dropped).extracting(Refusal::reason).isEqualTo(Reason.INTERNAL);
    assertThat(here.got).containsExactly("one");
  }

  @Test
  void anAnswerThatFailsKeepsNobodyFromHisOwn() throws Exception {
    Client client = client(HALL);
    loop.execute(
        () -> {
          throw new IllegalStateException("thrown by the test");
        });
    publish(HALL, 1, "one");
    assertThat(client.got).containsExactly("one");
  }

  private Client clientThatDoesNotRead() throws Exception {
    Client client = client(HALL);
    client.reads = false;
    return client;
  }

  /// Has a client that does not read be sent as much as it takes.
  private void fill(Client client) throws Exception {
    commit("x".repeat(READY_BYTES));
    assertThat(client.isReady()).isFalse();
    client.got.clear();
  }

  /// Commits texts at once to the hall's journal, which is empty, and has them published.
  private void commit(String... texts) throws Exception {
    queue(texts);
    loop.flush();
    var unused = onLoop(() -> null);
  }

  private void queue(String... texts) throws Exception {
    journal(texts);
    List<Entry> entries = new ArrayList<>();
    for (String text : texts) {
      entries.add(new Entry(entries.size() + 1, 1, "ann", null, 0, text.getBytes(UTF_8)));
    }
    loop.publish(HALL, entries);
  }

  private void journal(String... texts) throws Exception {
    AppendBuilder append = AppendBuilder.append(HALL, 0);
    for (String text : texts) {
      append.say("ann", text);
    }
    journal.commit(List.of(append.build()), List.of());
  }

  private void tell(String kind, String text) throws Exception {
    loop.signal(HALL, new Said(kind, text));
    loop.flush();
    var unused = onLoop(() -> null);
  }

  /// Has a client read once, and waits for what is read from the journal for it.
  private void read(Client client) throws Exception {
    int before = client.got.size();
    onLoop(
        () -> {
          client.read();
          return null;
        });
    awaitMoreThan(before, client);
  }

  private void awaitMoreThan(int count, Client client) throws Exception {
    while (onLoop(() -> client.got.size()) <= count) {
      Thread.onSpinWait();
    }
  }

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
}
