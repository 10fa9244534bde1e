package dev.parley.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Against the options of the JVM that runs the tests.
class HeapRoomTest {
  private static final HotSpotDiagnosticMXBean JAVA =
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);

  private final String leastBefore = option("MinHeapFreeRatio");
  private final String mostBefore = option("MaxHeapFreeRatio");
  private final AtomicLong collections = new AtomicLong(1_000);

  @BeforeEach
  void asTheServerStarts() {
    set("5", "15");
  }

  @AfterEach
  void asItWas() {
    set(leastBefore, mostBefore);
  }

  @Test
  void manyCollectionsGiveTheHeapRoomAndFewTakeItBack() {
    HeapRoom room = new HeapRoom(JAVA, collections::get);
    room.look();
    assertThat(options()).isEqualTo("5 to 15");
    collectAndLook(room, 4);
    assertThat(options()).isEqualTo("5 to 15");
    collectAndLook(room, 5);
    assertThat(options()).isEqualTo("40 to 70");
    collectAndLook(room, 100);
    assertThat(options()).isEqualTo("40 to 70");
    collectAndLook(room, 3);
    assertThat(options()).isEqualTo("40 to 70");
    collectAndLook(room, 2);
    assertThat(options()).isEqualTo("5 to 15");
    collectAndLook(room, 100);
    assertThat(options()).isEqualTo("40 to 70");
  }

  @Test
  void moreRoomThanThatIsNotTakenFromWhoGaveIt() {
    set("50", "90");
    HeapRoom room = new HeapRoom(JAVA, collections::get);
    collectAndLook(room, 100);
    assertThat(options()).isEqualTo("50 to 90");
    collectAndLook(room, 0);
    assertThat(options()).isEqualTo("50 to 90");
  }

  private void collectAndLook(HeapRoom room, int times) {
    collections.addAndGet(times);
    room.look();
  }

  private static void set(String least, String most) {
    JAVA.setVMOption("MinHeapFreeRatio", "0");
    JAVA.setVMOption("MaxHeapFreeRatio", most);
    JAVA.setVMOption("MinHeapFreeRatio", least);
  }

  private static String options() {
    return option("MinHeapFreeRatio") + " to " + option("MaxHeapFreeRatio");
  }

  private static String option(String name) {
    return JAVA.getVMOption(name).getValue();
  }
}
