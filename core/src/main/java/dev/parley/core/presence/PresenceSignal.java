package dev.parley.core.presence;

import dev.parley.core.signal.Signal;
import dev.parley.core.user.Present;
import dev.parley.core.user.Profile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is told of who is here.
public sealed interface PresenceSignal extends Signal {
  /// A user came, with the first device.
  record Joined(Present who, long atMicros) implements PresenceSignal {
    @Override
    public Object key() {
      return new Who(who.user().id());
    }

    @Override
    public String exceptUser() {
      return who.user().id();
    }
  }

  /// A user left, with the last device.
  record Left(Profile user, long atMicros) implements PresenceSignal {
    @Override
    public Object key() {
      return new Who(user.id());
    }

    @Override
    public String exceptUser() {
      return user.id();
    }
  }

  /// Many came, left or changed their status within one interval.
  ///
  /// @param joined some of those who came
  /// @param left some of those who left
  /// @param changed some of those who changed their status, and were here before
  /// @param joinedCount all who came
  /// @param leftCount all who left
  /// @param changedCount all who changed their status
  /// @param online users here now
  record Summary(
      List<Present> joined,
      List<Profile> left,
      List<Present> changed,
      int joinedCount,
      int leftCount,
      int changedCount,
      int online,
      long atMicros)
      implements PresenceSignal {
    /// Never equal to another: each tells of other users.
    @Override
    public Object key() {
      return this;
    }

    @Override
    public @Nullable String exceptUser() {
      return null;
    }
  }

  /// A user is seen in another way.
  record StatusChanged(Present who) implements PresenceSignal {
    @Override
    public Object key() {
      return new WhoseStatus(who.user().id());
    }

    @Override
    public String exceptUser() {
      return who.user().id();
    }
  }

  /// Key of what is told of a user's coming and going.
  record Who(String user) {}

  /// Key of what is told of a user's status.
  record WhoseStatus(String user) {}
}
