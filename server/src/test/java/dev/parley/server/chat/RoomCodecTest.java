package dev.parley.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.core.room.Content;
import dev.parley.core.room.Message;
import dev.parley.core.room.RoomEntry;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Amendment;
import dev.parley.core.user.Profile;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What entries of a room rewrite.
class RoomCodecTest {
  private static final Profile ANN = new Profile("ann", "ann", "Ann", "");
  private static final long EARLIER_EDIT = 5;

  private final RoomCodec codec = new RoomCodec();
  private final Message message =
      new Message(
          "m1",
          3,
          ANN,
          new Content.Text("as it is now"),
          Instant.EPOCH,
          "",
          List.of(),
          Instant.EPOCH,
          EARLIER_EDIT,
          null,
          List.of(new Message.Reaction("👍", List.of("ann"))));

  private List<Amendment> amendments(RoomEntry entry) {
    return codec.encode(RoomRules.topic("attic"), 9, entry, 0).amendments();
  }

  @Test
  void reactionLeavesTheWordsAsTheyAre() {
    assertThat(amendments(new RoomEntry.Reacted(ANN, "", message, "👍", false)))
        .singleElement()
        .satisfies(itself -> assertThat(itself.sequence()).isEqualTo(3))
        .satisfies(itself -> assertThat(itself.rewords()).isFalse());
  }

  @Test
  void editChangesTheWordsOfTheMessageAlone() {
    List<Amendment> amendments = amendments(new RoomEntry.Edited(ANN, "", message));
    assertThat(amendments).extracting(Amendment::sequence).containsExactly(3L, EARLIER_EDIT);
    assertThat(amendments).extracting(Amendment::rewords).containsExactly(true, false);
    assertThat(amendments.getFirst().text()).isEqualTo("as it is now");
  }
}
