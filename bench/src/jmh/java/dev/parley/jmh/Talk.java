package dev.parley.jmh;

import dev.parley.core.access.Caller;
import dev.parley.core.room.Content;
import dev.parley.core.room.Message;
import dev.parley.core.room.RoomCommand;
import dev.parley.core.room.RoomEntry;
import dev.parley.core.room.RoomRules;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import dev.parley.server.chat.RoomCodec;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// What is said in benchmarks, the same in every run: texts of about [#TEXT_CHARS] letters, under
/// random UUIDs, by some of so many users. Not thread-safe.
public final class Talk {
  /// The room that everything is said in where one is enough.
  public static final TopicId ROOM = RoomRules.topic("general");

  /// When everything is said, microseconds since 1970 UTC.
  public static final long NOW_MICROS = 1_700_000_000_000_000L;

  private static final int TEXT_CHARS = 100;
  private static final int VOCABULARY = 50_000;

  private final RandomGenerator random = new SplittableRandom(1);
  private final RoomCodec codec = new RoomCodec();
  private final int users;

  /// @param users how many take part
  public Talk(int users) {
    this.users = users;
  }

  /// One of those who take part.
  ///
  /// @param number from 0
  public static Caller user(int number) {
    String id = "user-" + number;
    return new Caller(new Profile(id, id, "User " + number, ""), Set.of(Caller.Right.CREATE_ROOMS));
  }

  /// Number of somebody who takes part.
  public int somebody() {
    return random.nextInt(users);
  }

  /// An id that was not given before.
  public String id() {
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  /// Somebody's wish to say something.
  public RoomCommand.Say say() {
    Caller by = user(somebody());
    Content text = new Content.Text(text());
    return new RoomCommand.Say(by, by.user(), id(), text, null, "", List.of(), false);
  }

  /// So many of these wishes.
  public List<RoomCommand.Say> says(int count) {
    return times(count).mapToObj(_ -> say()).toList();
  }

  /// Something said, as it is journaled.
  public Draft draft() {
    RoomCommand.Say say = say();
    Instant at = Instant.ofEpochMilli(NOW_MICROS / 1_000);
    Message message =
        new Message(
            say.id(),
            0,
            say.author(),
            say.content(),
            at,
            say.replyTo(),
            say.mentions(),
            null,
            0,
            null,
            List.of());
    return codec.encode(ROOM, 1, new RoomEntry.Said(message), NOW_MICROS).draft();
  }

  /// So much of it.
  public List<Draft> drafts(int count) {
    return times(count).mapToObj(_ -> draft()).toList();
  }

  private static IntStream times(int count) {
    return IntStream.range(0, count);
  }

  /// A few words are common and most are rare, as with people, so that the word index has the work
  /// that it has with them.
  private String text() {
    StringBuilder text = new StringBuilder();
    while (text.length() < TEXT_CHARS - 4) {
      int rank = (int) Math.pow(VOCABULARY, random.nextDouble());
      text.append(Integer.toString(rank * 7919, Character.MAX_RADIX)).append(' ');
    }
    return text.toString();
  }
}
