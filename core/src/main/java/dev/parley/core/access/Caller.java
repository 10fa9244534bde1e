package dev.parley.core.access;

import dev.parley.core.user.Profile;
import java.util.Set;

/// Who is calling, as an [Authenticator] found out.
///
/// @param user the user
/// @param rights what the user may do beyond the roles in topics
public record Caller(Profile user, Set<Right> rights) {
  /// What is not a matter of one topic.
  public enum Right {
    /// Make rooms.
    CREATE_ROOMS,
    /// Bring in messages in the name of others.
    IMPORT,
    /// Do in every topic what its owner may do.
    ADMINISTER
  }

  /// A caller of whom nothing is known: may see what everyone may see.
  public static final Caller NOBODY = new Caller(new Profile("", "", "", ""), Set.of());

  public Caller {
    rights = Set.copyOf(rights);
  }

  public String id() {
    return user.id();
  }

  /// Whether it is known who it is.
  public boolean isKnown() {
    return !user.id().isEmpty();
  }

  public boolean may(Right right) {
    return rights.contains(right);
  }
}
