LOAD sqlite;
SET threads = 2;
ATTACH ':database' AS campus (TYPE sqlite, READ_ONLY);
COPY (
  SELECT
    CASE WHEN u.id IS NOT NULL THEN {'_id': u.id, 'name': u.name} END AS university,
    s.first_name,
    s.last_name,
    s.age,
    s.year_in_school,
    {'input': [s.first_name, s.last_name], 'output': s.first_name || ' ' || s.last_name, 'payload': {'pk': s.id}}
      AS name_complete,
    coalesce(a.names, []) AS course_names
  FROM campus.core_student s
  LEFT JOIN campus.core_university u ON u.id = s.university_id
  LEFT JOIN (
    SELECT sc.student_id, list(c.name ORDER BY c.id) AS names
    FROM campus.core_student_courses sc JOIN campus.core_course c ON c.id = sc.course_id
    GROUP BY sc.student_id
  ) a ON a.student_id = s.id
  ORDER BY s.id
) TO ':output' (FORMAT json);
