package dev.parley.server.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.limit.Limits;
import org.junit.jupiter.api.Test;

class SpokenInTest {
  @Test
  void untilTheRoomsOfEachAssistantAreKnownItMayBeAnyRoom() {
    SpokenIn rooms = new SpokenIn(2);
    rooms.add("attic");
    rooms.complete();
    assertThat(rooms.mayHave("cellar")).isTrue();
    rooms.complete();
    assertThat(rooms.mayHave("cellar")).isFalse();
    assertThat(rooms.mayHave("attic")).isTrue();
    rooms.add("cellar");
    assertThat(rooms.mayHave("cellar")).isTrue();
  }

  @Test
  void whereThereAreTooManyRoomsItMayBeAnyRoom() {
    SpokenIn rooms = new SpokenIn(1);
    rooms.complete();
    for (int i = 0; i < Limits.MAX_ROOMS_WITH_ASSISTANTS; i++) {
      rooms.add("room-" + i);
    }
    rooms.add("room-0");
    assertThat(rooms.mayHave("cellar")).isFalse();
    rooms.add("one-more");
    assertThat(rooms.mayHave("cellar")).isTrue();
  }
}
