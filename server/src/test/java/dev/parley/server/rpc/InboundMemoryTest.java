package dev.parley.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.MemoryBudget;
import dev.parley.server.TestClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InboundMemoryTest {
  private static final int BYTES = 1 << 20;
  private static final int PIECE = 16 << 10;
  private static final Duration MOMENT = Duration.ofMillis(10);

  private final MemoryBudget budget = new MemoryBudget(BYTES);
  private final TestClock clock = new TestClock();
  private final InboundMemory memory = new InboundMemory(budget, clock);
  private final List<String> closed = new ArrayList<>();

  private InboundMemory.Peer peer(String name) {
    return memory.new Peer(() -> closed.add(name));
  }

  private static void send(InboundMemory.Peer peer, InboundMemory.Peer.Call call, int bytes) {
    for (int sent = 0; sent < bytes; sent += PIECE) {
      call.came(Math.min(PIECE, bytes - sent));
      peer.settle();
    }
  }

  private void hold(String name, int bytes) {
    InboundMemory.Peer peer = peer(name);
    send(peer, peer.call(), bytes);
  }

  @Test
  void whoHasHeldTheMostForTheLongestIsCutOff() {
    hold("old", 400 << 10);
    clock.advance(MOMENT);
    hold("new", 400 << 10);
    clock.advance(MOMENT);
    assertThat(closed).isEmpty();
    hold("third", 400 << 10);
    assertThat(closed).containsExactly("old");
  }

  @Test
  void muchForAWhileIsMoreThanLittleForLong() {
    hold("little", 128 << 10);
    clock.advance(MOMENT);
    hold("much", 700 << 10);
    clock.advance(MOMENT);
    hold("third", 400 << 10);
    assertThat(closed).containsExactly("much");
  }

  /// A connection that many share holds something all the time.
  @Test
  void whoEndsRequestsHasNotHeldThemForLong() {
    InboundMemory.Peer busy = peer("busy");
    send(busy, busy.call(), 600 << 10);
    hold("idle", 128 << 10);
    clock.advance(Duration.ofMinutes(1));
    InboundMemory.Peer.Call other = busy.call();
    clock.advance(MOMENT);
    other.came(100);
    other.taken(100);
    clock.advance(MOMENT);
    hold("third", 500 << 10);
    assertThat(closed).containsExactly("idle");
  }

  @Test
  void whatIsTakenIsHeldNoLonger() {
    InboundMemory.Peer peer = peer("peer");
    InboundMemory.Peer.Call call = peer.call();
    for (int i = 0; i < 100; i++) {
      send(peer, call, 500_000);
      call.taken(500_000);
    }
    assertThat(closed).isEmpty();
    assertAllFree();
  }

  @Test
  void requestsThatWaitAreHeldUntilTheyAreTaken() {
    InboundMemory.Peer peer = peer("peer");
    for (int i = 0; i < 7; i++) {
      send(peer, peer.call(), 100 << 10);
    }
    assertThat(budget.share().grow(BYTES / 2)).isFalse();
    send(peer, peer.call(), 500 << 10);
    assertThat(closed).containsExactly("peer");
  }

  @Test
  void endedCallsAndConnectionsHoldNothing() {
    for (int i = 0; i < 10; i++) {
      InboundMemory.Peer peer = peer("peer");
      InboundMemory.Peer.Call call = peer.call();
      send(peer, call, 500_000);
      if (i % 2 == 0) {
        call.ended();
      } else {
        peer.gone();
      }
    }
    assertThat(closed).isEmpty();
    assertAllFree();
  }

  @Test
  void aPieceTakesMoreThanItsBytes() {
    InboundMemory.Peer peer = peer("peer");
    InboundMemory.Peer.Call call = peer.call();
    for (int i = 0; i < BYTES / 200; i++) {
      call.came(1);
      peer.settle();
    }
    assertThat(closed).containsExactly("peer");
  }

  /// Of a large request that came in small pieces nothing is left behind.
  @Test
  void piecesGoWithWhatTheyAreOf() {
    InboundMemory.Peer peer = peer("peer");
    InboundMemory.Peer.Call call = peer.call();
    for (int i = 0; i < 1_000; i++) {
      call.came(10);
      peer.settle();
    }
    assertThat(budget.share().grow(BYTES - (64 << 10))).isFalse();
    call.taken(9_990);
    assertAllFree();
  }

  @Test
  void whatIsTooMuchAloneIsCutOffOnce() {
    InboundMemory.Peer peer = peer("peer");
    InboundMemory.Peer.Call call = peer.call();
    send(peer, call, 3 * BYTES);
    assertThat(closed).containsExactly("peer");
    call.ended();
    peer.gone();
    assertAllFree();
  }

  @Test
  void aLittleOfEachIsNotCounted() {
    for (int i = 0; i < 1_000; i++) {
      hold("peer", 60_000);
    }
    assertThat(closed).isEmpty();
    assertAllFree();
  }

  private void assertAllFree() {
    try (MemoryBudget.Share all = budget.share()) {
      assertThat(all.grow(BYTES)).isTrue();
    }
  }
}
