package dev.parley.server.assistant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.access.Caller;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.Content;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomRules;
import dev.parley.core.time.Clock;
import dev.parley.core.topic.Engine;
import dev.parley.core.topic.Kinds;
import dev.parley.core.user.Profile;
import dev.parley.server.chat.RoomCodec;
import dev.parley.testkit.topic.MemoryJournal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.Test;

class RoomAnswerTest {
  @Test
  void aLongAnswerIsToldLessOften() {
    assertThat(RoomAnswer.pause("")).isEqualTo(Duration.ofMillis(250));
    assertThat(RoomAnswer.pause("x".repeat(4_096))).isEqualTo(Duration.ofMillis(250));
    assertThat(RoomAnswer.pause("ä".repeat(8_192))).isEqualTo(Duration.ofSeconds(1));
    assertThat(RoomAnswer.pause("x".repeat(65_536))).isEqualTo(Duration.ofSeconds(4));
  }

  @Test
  void whatWasEndedBeforeTheModelWasAskedDoesNotBegin() {
    Engine engine = // which is not started, so that what is submitted waits
        new Engine(
            new Kinds().with(new RoomRules(), new RoomCodec()),
            new MemoryJournal(),
            Clock.system(),
            Limits.Tunable.defaults());
    Profile ann = new Profile("ann", "ann", "ann", "");
    Caller helper = new Caller(new Profile("helper", "helper", "helper", ""), Set.of());
    try (ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1)) {
      Assistants.Work work =
          new Assistants.Work(engine, null, null, null, executor, null, null, Clock.system());
      RoomCommand.Say question =
          new RoomCommand.Say(
              new Caller(ann, Set.of()),
              ann,
              "q1",
              new Content.Text("hi"),
              null,
              "",
              List.of(),
              false);
      RoomAnswer answer = new RoomAnswer(work, helper, "none/m", "attic", question, _ -> {});
      answer.stop(ann);
      int submitted = engine.queued();
      assertThat(submitted).isPositive();
      answer.begin(List.of());
      assertThat(engine.queued()).as("it neither types nor writes").isEqualTo(submitted);
      assertThat(executor.getTaskCount()).as("no model is asked").isZero();
    }
  }
}
