package dev.parley.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.chat.v1.AckEvent;
import dev.parley.chat.v1.ChatEvent;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A client that talks in two rooms while others do too and everything breaks at random. Whatever
/// the seed: nothing is lost, repeated or reordered, in either direction.
class ResumeSimulationTest {

  private static final int RUNS = 100;
  private static final int STEPS = 200;
  private static final List<String> ROOMS = List.of("a", "b");
  private static final List<Status> BREAKS =
      List.of(
          Status.UNAVAILABLE, Status.INTERNAL, Status.UNKNOWN, Status.ABORTED, Status.CANCELLED);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingIsLostRepeatedOrReordered(boolean echo) {
    String fixed = System.getProperty("parley.seed");
    long first = fixed == null ? System.nanoTime() : Long.parseLong(fixed);
    for (long seed = first; seed < first + (fixed == null ? RUNS : 1); seed++) {
      try {
        new Run(seed, echo).play();
      } catch (AssertionError | RuntimeException failure) {
        throw new AssertionError("run it again with -Dparley.seed=" + seed, failure);
      }
    }
  }

  private static final class Run {
    private final SplittableRandom random;
    private final boolean echo;
    private final JournalServer journals;
    private final Rig rig;
    private final Map<String, List<String>> said = new HashMap<>();
    private final Map<String, CompletableFuture<AckEvent>> answers = new HashMap<>();
    private int count;

    Run(long seed, boolean echo) {
      this.random = new SplittableRandom(seed);
      this.echo = echo;
      this.rig = new Rig(seed, Runnable::run, b -> echo ? b : b.withoutEcho());
      this.journals = new JournalServer(rig.server, random);
      ROOMS.forEach(room -> said.put(room, new ArrayList<>()));
    }

    void play() {
      rig.forget(rig.client.connect());
      ROOMS.forEach(room -> rig.forget(rig.client.join(room, JoinFrom.after(0, 0))));
      for (int step = 0; step < STEPS; step++) {
        step();
      }
      journals.heal();
      for (int i = 0; i < 200; i++) {
        rig.advance(1_000);
        journals.flush();
      }
      check();
      rig.close();
    }

    private void step() {
      String room = ROOMS.get(random.nextInt(ROOMS.size()));
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> {
          String id = room + count++;
          said.get(room).add(id);
          answers.put(id, rig.client.send(OutgoingMessage.text(room, "text").withId(id)));
        }
        case 3, 4 -> journals.sayAsOther(room);
        case 5, 6 -> journals.flush();
        case 7 -> journals.goDeaf();
        case 8 -> rig.advance(random.nextInt(2_000));
        case 9 -> journals.breakWith(BREAKS.get(random.nextInt(BREAKS.size())));
        default -> throw new AssertionError();
      }
    }

    private void check() {
      for (String room : ROOMS) {
        List<ChatEvent> journal = journals.journal(room);
        assertThat(journal.stream().filter(e -> e.getMessage().getSender().getId().equals("me")))
            .extracting(e -> e.getMessage().getId())
            .as("messages on the server, in room %s", room)
            .containsExactlyElementsOf(said.get(room));
        List<Long> seen =
            rig.events.stream()
                .filter(e -> Events.roomOf(e).equals(room))
                .map(ChatEvent::getSequence)
                .toList();
        List<Long> expected =
            LongStream.rangeClosed(1, journal.size())
                .filter(n -> echo || journal.get((int) n - 1).getMessage().getId().startsWith("o"))
                .boxed()
                .toList();
        assertThat(seen).as("events of room %s", room).isEqualTo(expected);
        for (String id : said.get(room)) {
          long sequence = answers.get(id).join().getSequence();
          assertThat(journal.get((int) sequence - 1).getMessage().getId()).isEqualTo(id);
        }
      }
      assertThat(journals.maxInFlight()).isLessThanOrEqualTo(rig.server.limits.getMaxInFlight());
      assertThat(rig.states(ConnectionState.Reconnecting.class))
          .noneMatch(s -> s.cause().reason().equals("CLIENT_PROTOCOL_VIOLATION"));
    }
  }
}
