package dev.parley.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class OutboxTest {

  @Test
  void refusedRequestKeepsItsPlaceAndHoldsItsRoomBack() {
    Outbox outbox = new Outbox(false);
    Pending<?> a1 = add(outbox, "a", "a1");
    add(outbox, "a", "a2");
    add(outbox, "b", "b1");
    assertThat(outbox.next()).isSameAs(a1);
    outbox.refused(a1);
    assertThat(idsToSend(outbox)).containsExactly("b1");
    outbox.release("a");
    assertThat(idsToSend(outbox)).containsExactly("a1", "a2");
  }

  @Test
  void roomIsHeldUntilTheLastRefusalIsOver() {
    Outbox outbox = new Outbox(false);
    Pending<?> a1 = add(outbox, "a", "a1");
    Pending<?> a2 = add(outbox, "a", "a2");
    assertThat(idsToSend(outbox)).hasSize(2);
    outbox.refused(a2);
    outbox.refused(a1);
    outbox.release("a");
    assertThat(idsToSend(outbox)).isEmpty();
    outbox.release("a");
    assertThat(idsToSend(outbox)).containsExactly("a1", "a2");
  }

  @Test
  void strictOrderKeepsOneRequestOfEachRoomInFlight() {
    Outbox outbox = new Outbox(true);
    Pending<?> a1 = add(outbox, "a", "a1");
    add(outbox, "a", "a2");
    add(outbox, "b", "b1");
    assertThat(idsToSend(outbox)).containsExactly("a1", "b1");
    outbox.refused(a1);
    assertThat(idsToSend(outbox)).isEmpty();
    outbox.release("a");
    assertThat(idsToSend(outbox)).containsExactly("a1");
    outbox.remove(a1);
    assertThat(idsToSend(outbox)).containsExactly("a2");
  }

  @Test
  void theSameIdIsTakenOnce() {
    Outbox outbox = new Outbox(false);
    Pending<?> first = add(outbox, "a", "x");
    assertThat(outbox.add(request("a", "x"))).isSameAs(first);
  }

  /// Whatever happens, nothing is lost or doubled, and after a break all that is unanswered goes
  /// out in the order in which it came in.
  @Property
  void everyRequestGoesOutInOrderAfterABreak(
      @ForAll List<Step> steps, @ForAll boolean strictOrder) {
    Outbox outbox = new Outbox(strictOrder);
    List<Pending<?>> unanswered = new ArrayList<>();
    List<Pending<?>> sent = new ArrayList<>();
    List<String> refusals = new ArrayList<>();
    int count = 0;
    for (Step step : steps) {
      switch (step) {
        case ADD_A -> unanswered.add(add(outbox, "a", "a" + count++));
        case ADD_B -> unanswered.add(add(outbox, "b", "b" + count++));
        case SEND -> {
          Pending<?> next = outbox.next();
          if (next != null) {
            sent.add(next);
          }
        }
        case ANSWER -> {
          if (!sent.isEmpty()) {
            outbox.remove(sent.getLast());
            unanswered.remove(sent.removeLast());
          }
        }
        case REFUSE -> {
          if (!sent.isEmpty()) {
            outbox.refused(sent.getFirst());
            refusals.add(sent.removeFirst().room());
          }
        }
        case RELEASE -> {
          if (!refusals.isEmpty()) {
            outbox.release(refusals.removeFirst());
          }
        }
        case BREAK -> {
          outbox.sendAllAgain();
          sent.clear();
        }
      }
      assertThat(outbox.inFlight()).isEqualTo(sent.size());
    }
    outbox.sendAllAgain();
    refusals.forEach(outbox::release);
    assertThat(drain(outbox)).hasSameElementsAs(ids(unanswered)).doesNotHaveDuplicates();
    outbox.clear();
    assertThat(outbox.isEmpty()).isTrue();
  }

  enum Step {
    ADD_A,
    ADD_B,
    SEND,
    ANSWER,
    REFUSE,
    RELEASE,
    BREAK
  }

  /// Sends and answers all, checking the order within each room.
  private static List<String> drain(Outbox outbox) {
    List<String> ids = new ArrayList<>();
    long lastA = -1;
    long lastB = -1;
    for (Pending<?> next = outbox.next(); next != null; next = outbox.next()) {
      ids.add(next.id());
      if (next.room().equals("a")) {
        assertThat(next.order).isGreaterThan(lastA);
        lastA = next.order;
      } else {
        assertThat(next.order).isGreaterThan(lastB);
        lastB = next.order;
      }
      outbox.remove(next);
    }
    return ids;
  }

  private static List<String> ids(List<Pending<?>> requests) {
    return requests.stream().<String>map(Pending::id).toList();
  }

  private static List<String> idsToSend(Outbox outbox) {
    List<String> ids = new ArrayList<>();
    for (Pending<?> next = outbox.next(); next != null; next = outbox.next()) {
      ids.add(next.id());
    }
    return ids;
  }

  private static Pending<?> add(Outbox outbox, String room, String id) {
    Pending<?> request = request(room, id);
    assertThat(outbox.add(request)).isNull();
    return request;
  }

  private static Pending<?> request(String room, String id) {
    return Pending.acked(Requests.message(OutgoingMessage.text(room, "text").withId(id)));
  }
}
