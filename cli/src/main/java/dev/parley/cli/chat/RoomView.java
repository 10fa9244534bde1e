package dev.parley.cli.chat;

import dev.parley.chat.v1.ChatEvent;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.User;
import dev.parley.cli.render.Names;
import dev.parley.cli.terminal.ChatLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is known of one of the user's rooms. Owned by the [ChatLoop].
final class RoomView {
  /// Messages that can be spoken of by number without asking the server.
  static final int MAX_REMEMBERED = 1_000;

  /// Events that wait for the room to be looked at; older ones can be had by `/history`.
  static final int MAX_MISSED = 200;

  /// People that are known for completion.
  static final int MAX_PEOPLE = 2_000;

  /// Messages that are being written; of further ones nothing is shown before they are finished.
  static final int MAX_GROWING = 64;

  private static final long TYPING_NANOS = 10_000_000_000L;
  private static final long GROWING_NANOS = 15_000_000_000L;

  private final String id;
  private final String me;
  private final NavigableMap<Long, ChatMessage> remembered = new TreeMap<>();
  private final Deque<ChatEvent> missed = new ArrayDeque<>();
  private final Map<String, User> people = new LinkedHashMap<>();
  private final Map<String, Long> typing = new LinkedHashMap<>();
  private final Map<String, Growing> growing = new LinkedHashMap<>();
  private String title;
  private long readSequence;
  private long sentReadSequence;
  private int unread;
  private boolean mentioned;
  private long missedDropped;
  private boolean beginningAnew;

  RoomView(String id, String me) {
    this.id = id;
    this.me = me;
    this.title = id;
  }

  String id() {
    return id;
  }

  /// What to call it: the other person in a direct room, else the id, which is what is typed.
  String title() {
    return title;
  }

  /// Whether it is a room of two people.
  boolean isDirect() {
    return !title.equals(id);
  }

  /// The room was joined; `reset` forgets what was known.
  void joined(Room room, List<User> online, boolean reset) {
    if (reset) {
      remembered.clear();
      missed.clear();
      unread = 0;
      missedDropped = 0;
      mentioned = false;
      readSequence = 0;
    }
    beginningAnew = reset;
    readSequence = Math.max(readSequence, room.getReadSequence());
    sentReadSequence = readSequence;
    title = Names.room(room, me);
    online.forEach(this::met);
  }

  /// Whether the room was restored from a backup, and is about to be joined once more: until then
  /// all of it comes, which nobody wants to see.
  boolean isBeginningAnew() {
    return beginningAnew;
  }

  /// Somebody is here, or said something.
  void met(User user) {
    if (people.size() < MAX_PEOPLE || people.containsKey(user.getId())) {
      people.put(user.getId(), user);
    }
  }

  /// Somebody is gone.
  void gone(User user) {
    people.remove(user.getId());
    typing.remove(user.getId());
  }

  /// Keeps a message, or what became of it.
  void remember(ChatMessage message) {
    remembered.put(message.getSequence(), message);
    if (remembered.size() > MAX_REMEMBERED) {
      remembered.pollFirstEntry();
    }
    typing.remove(message.getSender().getId());
    growing.remove(message.getId());
  }

  /// The message with this number; null: not remembered.
  @Nullable ChatMessage message(long number) {
    return remembered.get(number);
  }

  /// The message with this id; null: not remembered.
  @Nullable ChatMessage message(String messageId) {
    for (ChatMessage message : remembered.descendingMap().values()) {
      if (message.getId().equals(messageId)) {
        return message;
      }
    }
    return null;
  }

  /// The newest message that is not deleted.
  ///
  /// @param own the user's own newest instead of anyone's
  @Nullable ChatMessage last(boolean own) {
    for (ChatMessage message : remembered.descendingMap().values()) {
      boolean fits = !own || message.getSender().getId().equals(me);
      if (fits && !message.hasDeletedAt()) {
        return message;
      }
    }
    return null;
  }

  /// The event happened while another room was looked at.
  void miss(ChatEvent event, boolean mention) {
    missed.add(event);
    if (missed.size() > MAX_MISSED) {
      missed.removeFirst();
      missedDropped++;
    }
    boolean fromOther = event.hasMessage() && !event.getMessage().getSender().getId().equals(me);
    if (fromOther && event.getSequence() > readSequence) {
      unread++;
      mentioned |= mention;
    }
  }

  /// What was missed, and how much of it is not kept; forgets it.
  Missed takeMissed() {
    var taken = new Missed(new ArrayList<>(missed), missedDropped);
    missed.clear();
    missedDropped = 0;
    unread = 0;
    mentioned = false;
    return taken;
  }

  /// @param events oldest first
  /// @param dropped how many more there were before them
  record Missed(List<ChatEvent> events, long dropped) {}

  /// Everything up to here was shown.
  void shown(long sequence) {
    readSequence = Math.max(readSequence, sequence);
  }

  /// How far the user has read, if the server does not know that yet; else 0.
  long takeUnsentRead() {
    if (readSequence <= sentReadSequence) {
      return 0;
    }
    sentReadSequence = readSequence;
    return readSequence;
  }

  /// Messages that were missed.
  int unread() {
    return unread;
  }

  /// Whether one of these mentions the user.
  boolean mentioned() {
    return mentioned;
  }

  /// Somebody types, or stopped.
  void typing(User user, boolean isTyping, long nowNanos) {
    met(user);
    if (isTyping && !user.getId().equals(me)) {
      typing.put(user.getId(), nowNanos + TYPING_NANOS);
    } else {
      typing.remove(user.getId());
    }
  }

  /// Who types now.
  List<String> typing(long nowNanos) {
    typing.values().removeIf(until -> nowNanos - until > 0);
    return List.copyOf(typing.keySet());
  }

  /// A message that is being written, as far as it is.
  ///
  /// @param asker id of the user who asked for it
  record Growing(ChatMessage message, String asker, long untilNanos) {}

  /// Somebody writes a message; what tells so may come after the message itself.
  void growing(ChatMessage message, String asker, long nowNanos) {
    met(message.getSender());
    boolean known = growing.containsKey(message.getId());
    if (known || (growing.size() < MAX_GROWING && message(message.getId()) == null)) {
      growing.put(message.getId(), new Growing(message, asker, nowNanos + GROWING_NANOS));
    }
  }

  /// The message that is being written now, and that is of most interest: the newest one that the
  /// user asked for, else the newest; null: none is.
  @Nullable Growing growing(long nowNanos) {
    growing.values().removeIf(each -> nowNanos - each.untilNanos() > 0);
    Growing found = null;
    for (Growing each : growing.values()) {
      if (found == null || each.asker().equals(me) || !found.asker().equals(me)) {
        found = each;
      }
    }
    return found;
  }

  /// People for completion, the user excepted.
  List<String> people() {
    return people.keySet().stream().filter(user -> !user.equals(me)).toList();
  }

  /// Newest numbers first, at most this many.
  List<Long> numbers(int count) {
    return remembered.descendingKeySet().stream().limit(count).toList();
  }
}
