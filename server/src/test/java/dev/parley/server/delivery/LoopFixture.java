package dev.parley.server.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.error.Refusal;
import dev.parley.core.limit.Limits;
import dev.parley.core.signal.Signal;
import dev.parley.core.time.Clock;
import dev.parley.core.topic.Attachment;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A delivery loop on a thread of its own, topics whose entries are texts, and clients in them.
abstract class LoopFixture {
  static final TopicId HALL = new TopicId("room", "hall");
  static final TopicId YARD = new TopicId("room", "yard");
  static final int READY_BYTES = 32 << 10;

  final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  final MemoryJournal journal = new MemoryJournal();
  final ReadLanes reads = ReadLanes.of(journal);
  final Plain format = new Plain();
  DeliveryLoop loop;

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
  static class Plain implements WireFormat {
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
  record Said(String kind, String text) implements Signal {
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
  final class Client implements Sink {
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
      this(format, batches);
    }

    Client(WireFormat format, boolean batches) {
      stream = loop.open(this, format, batches);
    }

    Client in(TopicId topic) {
      return in(topic, 0, 0);
    }

    /// @param last sequence of the journal's end
    /// @param after last sequence that the client has
    Client in(TopicId topic, long last, long after) {
      return in(topic, new Tail(16, 1 << 16), last, after);
    }

    Client in(TopicId topic, Tail tail, long last, long after) {
      Profile user = new Profile("u" + System.identityHashCode(this), "u", "u", "");
      Subscriber subscriber =
          loop.subscribe(
              stream,
              topic,
              new Subscription(user, loop, true),
              new Attachment.Begun(last, 1, tail, "", 1, List.of(), null),
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

  <T> T onLoop(Callable<T> task) throws InterruptedException, ExecutionException {
    return thread.submit(task).get();
  }

  Client client(TopicId... topics) throws Exception {
    return client(false, topics);
  }

  Client client(boolean batches, TopicId... topics) throws Exception {
    return onLoop(
        () -> {
          Client client = new Client(batches);
          for (TopicId topic : topics) {
            client.in(topic);
          }
          return client;
        });
  }

  void publish(TopicId topic, long sequence, String body) throws Exception {
    pend(topic, sequence, body);
    flush();
  }

  void pend(TopicId topic, long sequence, String body) {
    loop.publish(topic, List.of(entry(sequence, body)));
  }

  static Entry entry(long sequence, String body) {
    return new Entry(sequence, 1, "ann", null, 0, body.getBytes(UTF_8));
  }

  void flush() throws Exception {
    loop.flush();
    var unused = onLoop(() -> null); // flush() has queued a turn before this
  }

  Client clientThatDoesNotRead() throws Exception {
    Client client = client(HALL);
    client.reads = false;
    return client;
  }

  /// Has a client that does not read be sent as much as it takes.
  void fill(Client client) throws Exception {
    commit("x".repeat(READY_BYTES));
    assertThat(client.isReady()).isFalse();
    client.got.clear();
  }

  /// Commits texts at once to the hall's journal, which is empty, and has them published.
  void commit(String... texts) throws Exception {
    queue(texts);
    loop.flush();
    var unused = onLoop(() -> null);
  }

  void queue(String... texts) throws Exception {
    journal(texts);
    List<Entry> entries = new ArrayList<>();
    for (String text : texts) {
      entries.add(entry(entries.size() + 1, text));
    }
    loop.publish(HALL, entries);
  }

  void journal(String... texts) throws Exception {
    AppendBuilder append = AppendBuilder.append(HALL, 0);
    for (String text : texts) {
      append.say("ann", text);
    }
    journal.commit(List.of(append.build()), List.of());
  }

  void tell(String kind, String text) throws Exception {
    loop.signal(HALL, new Said(kind, text));
    loop.flush();
    var unused = onLoop(() -> null);
  }

  /// Has a client read once, and waits for what is read from the journal for it.
  void read(Client client) throws Exception {
    int before = client.got.size();
    onLoop(
        () -> {
          client.read();
          return null;
        });
    awaitMoreThan(before, client);
  }

  void awaitMoreThan(int count, Client client) throws Exception {
    while (onLoop(() -> client.got.size()) <= count) {
      Thread.onSpinWait();
    }
  }
}
